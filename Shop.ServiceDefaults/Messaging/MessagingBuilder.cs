using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What a service sends and receives.</summary>
public sealed class MessagingBuilder
{
    private readonly IServiceCollection _services;

    internal MessagingBuilder(IServiceCollection services) => _services = services;

    /// <summary>Made once the service's own name is known.</summary>
    internal List<Func<string, WorkQueue>> WorkQueues { get; } = [];

    internal Dictionary<Type, PublishedType> Published { get; } = [];

    internal Dictionary<string, ConsumedType> Consumed { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Declares that messages of <typeparamref name="T"/> are written to the outbox under the wire name <paramref name="type"/>.
    /// The relay keeps them until a queue is bound for the type, unless <paramref name="optional"/>: an event that may have no listener.
    /// </summary>
    public MessagingBuilder Publish<T>(string type, JsonTypeInfo<T> json, bool optional = false)
    {
        Published.Add(typeof(T), new PublishedType(type, json, optional));
        return this;
    }

    /// <summary>
    /// Binds <paramref name="type"/> to this service's queue and hands its messages to <typeparamref name="THandler"/>, in a
    /// transaction on the database that <paramref name="database"/> picks (the first by default).
    /// </summary>
    public MessagingBuilder Consume<T, THandler>(string type, JsonTypeInfo<T> json, Func<T, int>? database = null)
        where THandler : class, IMessageHandler<T>
    {
        _services.TryAddScoped<THandler>();
        Consumed.Add(type, new ConsumedType<T, THandler>(type, json, database ?? (_ => 0)));
        return this;
    }

    /// <summary>
    /// Declares jobs for a <see cref="PriorityWorkQueue"/>, of this service or another; each is written with its priority. Jobs for
    /// a <see cref="WorkQueue"/> are declared with <see cref="Publish"/>. Either way exactly one queue takes a type.
    /// </summary>
    public MessagingBuilder PublishPrioritised<T>(string type, JsonTypeInfo<T> json)
    {
        Published.Add(typeof(T), new PublishedType(type, json, Optional: false, Prioritised: true));
        return this;
    }

    /// <summary>A queue whose jobs are done one after the other, by one replica at a time, in the order of their coming.</summary>
    /// <param name="name">Within the service.</param>
    /// <param name="jobs">The types it takes.</param>
    public MessagingBuilder WorkQueue(string name, Action<WorkQueueBuilder> jobs)
    {
        var builder = new WorkQueueBuilder(_services);
        jobs(builder);
        WorkQueues.Add(service => Messaging.WorkQueues.WorkQueue.Fifo($"{service}.work.{name}", builder.Jobs));
        return this;
    }

    /// <summary>
    /// A queue whose high jobs go before its low ones, except that after <paramref name="highsPerLow"/> that overtook a low one it is
    /// that one's turn (each replica counts for itself).
    /// </summary>
    /// <param name="name">Within the service.</param>
    /// <param name="jobs">The types it takes.</param>
    /// <param name="concurrency">Jobs at work at once, per replica.</param>
    /// <param name="highsPerLow">At least 1.</param>
    public MessagingBuilder PriorityWorkQueue(string name, Action<WorkQueueBuilder> jobs, int concurrency = 4, int highsPerLow = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(highsPerLow, 1);
        var builder = new WorkQueueBuilder(_services);
        jobs(builder);
        WorkQueues.Add(service =>
            Messaging.WorkQueues.WorkQueue.Prioritised($"{service}.work.{name}", builder.Jobs, concurrency, highsPerLow));
        return this;
    }
}
