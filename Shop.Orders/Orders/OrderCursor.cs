using System.Buffers.Binary;
using System.Buffers.Text;

namespace Shop.Orders.Orders;

/// <summary>Where a page of orders begins: just below (creation, id). Opaque to clients.</summary>
internal readonly record struct OrderCursor(DateTimeOffset CreatedAt, Guid Id)
{
    private const int Size = 24;

    /// <summary>Above every order.</summary>
    public static OrderCursor Newest { get; } = new(new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), Guid.Empty);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, CreatedAt.UtcTicks);
        Id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string text, out OrderCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != 32 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size)
        {
            return false;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < 0 || ticks > Newest.CreatedAt.UtcTicks)
        {
            return false;
        }

        cursor = new(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[8..], bigEndian: true));
        return true;
    }
}
