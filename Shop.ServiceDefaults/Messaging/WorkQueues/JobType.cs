using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>A type of job that a queue takes.</summary>
internal abstract record JobType(string Name)
{
    /// <exception cref="JsonException">The body is not such a job.</exception>
    public abstract object Read(ReadOnlySpan<byte> body);

    public abstract Task HandleAsync(IServiceProvider services, object job, JobContext context, CancellationToken cancellationToken);
}

internal sealed record JobType<T, THandler>(string Name, JsonTypeInfo<T> Json) : JobType(Name)
    where THandler : class, IJobHandler<T>
{
    public override object Read(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, Json) ?? throw new JsonException("The body is null.");

    public override Task HandleAsync(IServiceProvider services, object job, JobContext context, CancellationToken cancellationToken) =>
        services.GetRequiredService<THandler>().HandleAsync((T)job, context, cancellationToken);
}
