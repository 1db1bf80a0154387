using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What a service sends and receives.</summary>
public sealed class MessagingBuilder
{
    private readonly IServiceCollection _services;

    internal MessagingBuilder(IServiceCollection services) => _services = services;

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
}
