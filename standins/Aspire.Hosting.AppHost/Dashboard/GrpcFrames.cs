using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Messages on a gRPC stream: one byte that says whether the message is compressed, its length as four bytes
/// big-endian, and the protobuf itself. That and the trailers are all that a server needs of gRPC.
/// </summary>
internal static class GrpcFrames
{
    public const string ContentType = "application/grpc";

    /// <summary>Requests of the dashboard are a few names long.</summary>
    public const int MaxRequestBytes = 1024 * 1024;

    private const int PrefixBytes = 5;

    /// <summary>Reads the one message of a request.</summary>
    /// <exception cref="GrpcException">The stream is not one whole, uncompressed message of the type.</exception>
    public static async Task<T> ReadAsync<T>(PipeReader reader, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (TryParse(result.Buffer, parser, out var message))
            {
                reader.AdvanceTo(result.Buffer.End);
                return message;
            }
            if (result.IsCompleted)
                throw new GrpcException(GrpcStatus.InvalidArgument, "The request ended inside a message.");
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Writes one message and sends it at once.</summary>
    public static async Task WriteAsync(PipeWriter writer, IMessage message, CancellationToken cancellationToken)
    {
        var length = message.CalculateSize();
        var prefix = writer.GetSpan(PrefixBytes);
        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        writer.Advance(PrefixBytes);
        message.WriteTo(writer);
        await writer.FlushAsync(cancellationToken);
    }

    private static bool TryParse<T>(ReadOnlySequence<byte> buffer, MessageParser<T> parser, out T message)
        where T : IMessage<T>
    {
        message = default!;
        if (buffer.Length < PrefixBytes)
            return false;

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (prefix[0] != 0)
            throw new GrpcException(GrpcStatus.Unimplemented, "Compressed requests are not supported.");
        if (length > MaxRequestBytes)
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"A request may have at most {MaxRequestBytes} bytes.");
        if (buffer.Length < PrefixBytes + length)
            return false;

        try
        {
            message = parser.ParseFrom(buffer.Slice(PrefixBytes, length));
            return true;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, e.Message);
        }
    }
}

/// <summary>The status codes that the resource service answers with; numbers are gRPC's.</summary>
internal enum GrpcStatus
{
    Ok = 0,
    InvalidArgument = 3,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unauthenticated = 16,
}

/// <summary>Ends a call with a status other than OK.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}
