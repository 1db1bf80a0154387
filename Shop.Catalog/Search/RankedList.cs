using System.Security.Cryptography;
using System.Text;

namespace Shop.Catalog.Search;

/// <summary>The answer to a query at one moment: pages of it are parts of this list, however values move meanwhile.</summary>
/// <param name="Id">Hexadecimal, different for each list.</param>
/// <param name="Ids">Products, the best first.</param>
/// <param name="Corrected">What was searched for, when that is not what was typed.</param>
public sealed record RankedList(string Id, DateTimeOffset Made, long[] Ids, string? Corrected)
{
    private const int IdLength = 16;

    public static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    /// <summary>Compact, as there may be one for everything that is searched for.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream(64 + 3 * Ids.Length);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Id);
        writer.Write(Made.ToUnixTimeMilliseconds());
        writer.Write(Corrected ?? "");
        writer.Write7BitEncodedInt(Ids.Length);
        foreach (var id in Ids) writer.Write7BitEncodedInt64(id);
        return bytes.ToArray();
    }

    /// <summary>Null for what <see cref="ToBytes"/> did not write: another version of the service may have.</summary>
    public static RankedList? FromBytes(byte[] bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            var (id, made, corrected) = (reader.ReadString(), reader.ReadInt64(), reader.ReadString());
            var ids = new long[Math.Min(reader.Read7BitEncodedInt(), bytes.Length)];
            for (var i = 0; i < ids.Length; i++) ids[i] = reader.Read7BitEncodedInt64();
            return new RankedList(id, DateTimeOffset.FromUnixTimeMilliseconds(made), ids, corrected.Length == 0 ? null : corrected);
        }
        catch (Exception foreign) when (foreign is IOException or FormatException or ArgumentException or OverflowException)
        {
            return null;
        }
    }
}
