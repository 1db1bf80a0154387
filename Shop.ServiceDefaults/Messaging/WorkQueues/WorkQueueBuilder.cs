using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>Which jobs a work queue takes.</summary>
public sealed class WorkQueueBuilder
{
    private readonly IServiceCollection _services;

    internal WorkQueueBuilder(IServiceCollection services) => _services = services;

    internal Dictionary<string, JobType> Jobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Jobs of the wire name <paramref name="type"/>, from whichever service, are done by <typeparamref name="THandler"/>.</summary>
    public WorkQueueBuilder Job<T, THandler>(string type, JsonTypeInfo<T> json)
        where THandler : class, IJobHandler<T>
    {
        _services.TryAddScoped<THandler>();
        Jobs.Add(type, new JobType<T, THandler>(type, json));
        return this;
    }
}
