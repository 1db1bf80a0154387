using System.Buffers.Text;
using System.Text;
using Shop.Bench.Load;
using Shop.Bench.Servers;

namespace Shop.Bench.Reserve;

/// <summary>
/// Reservations of one unit, each of an order and a customer of its own, of products drawn evenly from a range. Written
/// straight into the caller's scratch: only ids and the product's number differ from one to the next.
/// </summary>
public sealed class ReservationRequests(Uri service, long first, int count) : IRequestSource
{
    public const string Path = "/internal/reservations";
    private const int IdLength = 36;
    private readonly byte[] _head = Encoding.ASCII.GetBytes(RequestBytes.Head(
        "POST", new Uri(service, Path), [("X-Service-Name", LoadBed.CallerName), ("X-Service-Key", LoadBed.CallerKey)])
        .Append("Content-Type: application/json\r\nContent-Length: ").ToString());

    private static ReadOnlySpan<byte> BeforeOrder => "{\"orderId\":\""u8;

    private static ReadOnlySpan<byte> BeforeCustomer => "\",\"revision\":1,\"customerId\":\""u8;

    private static ReadOnlySpan<byte> BeforeProduct => "\",\"lines\":[{\"productId\":"u8;

    private static ReadOnlySpan<byte> End => ",\"quantity\":1}]}"u8;

    public ReadOnlyMemory<byte> Next(Random random, byte[] scratch)
    {
        Span<byte> product = stackalloc byte[20];
        Utf8Formatter.TryFormat(first + random.Next(count), product, out var digits);
        var length = BeforeOrder.Length + IdLength + BeforeCustomer.Length + IdLength + BeforeProduct.Length + digits + End.Length;
        var at = 0;
        Add(scratch, ref at, _head);
        Utf8Formatter.TryFormat(length, scratch.AsSpan(at), out var written);
        at += written;
        Add(scratch, ref at, "\r\n\r\n"u8);
        Add(scratch, ref at, BeforeOrder);
        AddId(scratch, ref at, random);
        Add(scratch, ref at, BeforeCustomer);
        AddId(scratch, ref at, random);
        Add(scratch, ref at, BeforeProduct);
        Add(scratch, ref at, product[..digits]);
        Add(scratch, ref at, End);
        return scratch.AsMemory(0, at);
    }

    private static void Add(byte[] scratch, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(scratch.AsSpan(at));
        at += bytes.Length;
    }

    private static void AddId(byte[] scratch, ref int at, Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        Utf8Formatter.TryFormat(new Guid(bytes), scratch.AsSpan(at), out var written);
        at += written;
    }
}
