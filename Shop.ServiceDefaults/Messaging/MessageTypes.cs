using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>A type that this service sends.</summary>
internal sealed record PublishedType(string Name, JsonTypeInfo Json, bool Optional, bool Prioritised = false);

/// <summary>A type that this service receives.</summary>
internal abstract record ConsumedType(string Name)
{
    /// <exception cref="JsonException">The body is not such a message.</exception>
    public abstract object Read(ReadOnlySpan<byte> body);

    public abstract int DatabaseOf(object message);

    public abstract Task HandleAsync(IServiceProvider services, object message, MessageContext context, CancellationToken cancellationToken);
}

internal sealed record ConsumedType<T, THandler>(string Name, JsonTypeInfo<T> Json, Func<T, int> Database) : ConsumedType(Name)
    where THandler : class, IMessageHandler<T>
{
    public override object Read(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, Json) ?? throw new JsonException("The body is null.");

    public override int DatabaseOf(object message) => Database((T)message);

    public override Task HandleAsync(
        IServiceProvider services, object message, MessageContext context, CancellationToken cancellationToken) =>
        services.GetRequiredService<THandler>().HandleAsync((T)message, context, cancellationToken);
}
