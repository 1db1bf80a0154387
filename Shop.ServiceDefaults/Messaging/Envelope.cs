using System.Diagnostics;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>A message with what travels beside its body.</summary>
internal sealed record Envelope(
    Guid MessageId, string Type, Guid AggregateId, long Version, string? TraceParent, string? TraceState, ReadOnlyMemory<byte> Body)
{
    public const string AttemptHeader = "shop-attempt";
    private const string AggregateHeader = "shop-aggregate";
    private const string VersionHeader = "shop-version";
    private const string TraceParentHeader = "traceparent";
    private const string TraceStateHeader = "tracestate";

    /// <summary>1 at the first try.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The trace in which the message was written.</summary>
    public ActivityContext Trace =>
        ActivityContext.TryParse(TraceParent, TraceState, isRemote: true, out var context) ? context : default;

    /// <summary>The day in the message's own UUIDv7.</summary>
    public DateOnly Day => DateOnly.FromDateTime(Written.UtcDateTime);

    /// <summary>When the message was written, from its UUIDv7.</summary>
    public DateTimeOffset Written => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds(MessageId));

    /// <summary>Null when this is no message of Shop: without a UUIDv7 or a type.</summary>
    public static Envelope? Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        if (!Guid.TryParseExact(properties.MessageId, "D", out var id) || id.Version != 7
            || Milliseconds(id) > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() || string.IsNullOrEmpty(properties.Type))
            return null;
        var headers = properties.Headers;
        _ = Guid.TryParseExact(Text(headers, AggregateHeader), "D", out var aggregate);
        return new Envelope(
            id, properties.Type, aggregate, Number(headers, VersionHeader, 0),
            Text(headers, TraceParentHeader), Text(headers, TraceStateHeader), body)
        {
            Attempt = (int)Math.Clamp(Number(headers, AttemptHeader, 1), 1, int.MaxValue),
        };
    }

    public BasicProperties Properties(string sender)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [AggregateHeader] = AggregateId.ToString("D"),
            [VersionHeader] = Version,
            [AttemptHeader] = Attempt,
        };
        if (TraceParent is not null)
            headers[TraceParentHeader] = TraceParent;
        if (TraceState is not null)
            headers[TraceStateHeader] = TraceState;
        return new BasicProperties
        {
            MessageId = MessageId.ToString("D"),
            Type = Type,
            AppId = sender,
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Headers = headers,
        };
    }

    // The first 48 bits of a UUIDv7.
    private static long Milliseconds(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }

    private static string? Text(IDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value)
            ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null }
            : null;

    /// <summary>A number among the headers.</summary>
    public static long Number(IDictionary<string, object?>? headers, string name, long otherwise) =>
        headers is not null && headers.TryGetValue(name, out var value) && value is int or long or short or byte
            ? Convert.ToInt64(value, CultureInfo.InvariantCulture)
            : otherwise;
}
