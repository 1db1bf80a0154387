using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Shop.Orders.Checkout;

/// <summary>
/// Order ids are UUIDv8 (RFC 9562, 5.8). The first six bits are the customer's bucket, so the id alone leads to the shard;
/// the rest is a hash of customer and idempotency key, or random. A retry of the same key is therefore the same order,
/// the same reservation and the same payment, even after a crash and on another replica.
/// </summary>
internal static class OrderId
{
    /// <summary>Number of buckets that customers are spread over; fixed for ever, unlike the number of databases.</summary>
    public const int Buckets = 64;

    private const int Size = 16;

    /// <summary>The id of the order that this customer places with this key.</summary>
    public static Guid For(Guid customerId, string idempotencyKey)
    {
        Span<byte> input = stackalloc byte[Size + Encoding.UTF8.GetMaxByteCount(idempotencyKey.Length)];
        customerId.TryWriteBytes(input, bigEndian: true, out _);
        var length = Size + Encoding.UTF8.GetBytes(idempotencyKey, input[Size..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..length], hash);
        return Stamp(hash[..Size], BucketOfCustomer(customerId));
    }

    /// <summary>The id of an order without a key.</summary>
    public static Guid Random(Guid customerId, RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[Size];
        random.GetBytes(bytes);
        return Stamp(bytes, BucketOfCustomer(customerId));
    }

    /// <summary>0..63: the first six bits of the id.</summary>
    public static int BucketOf(Guid orderId)
    {
        Span<byte> bytes = stackalloc byte[Size];
        orderId.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes[0] >> 2;
    }

    /// <summary>0..63: the first six bits of SHA-256 over the customer id in network byte order.</summary>
    public static int BucketOfCustomer(Guid customerId)
    {
        Span<byte> bytes = stackalloc byte[Size];
        customerId.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return hash[0] >> 2;
    }

    /// <summary>A number for PostgreSQL's advisory locks, the same for the same order everywhere.</summary>
    public static long LockKey(Guid orderId)
    {
        Span<byte> bytes = stackalloc byte[Size];
        orderId.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) ^ BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    private static Guid Stamp(Span<byte> bytes, int bucket)
    {
        bytes[0] = (byte)((bucket << 2) | (bytes[0] & 0b11));
        bytes[6] = (byte)(0x80 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
