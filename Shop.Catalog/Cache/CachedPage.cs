using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Shop.Catalog.Cache;

/// <summary>
/// An answer as it goes out: final UTF-8 bytes, the same compressed, once and not per request, and an entity tag over the
/// bytes. The tag is a weak one, as it names the content in whatever encoding.
/// </summary>
public sealed class CachedPage
{
    // Below this a compressed body saves less than its header costs.
    private const int MinCompressed = 512;

    // What an entry weighs beside its bytes: objects, strings, the places in two collections.
    private const int Overhead = 400;

    private CachedPage(byte[] plain, byte[]? gzip, byte[]? brotli)
    {
        (Plain, Gzip, Brotli) = (plain, gzip, brotli);
        Tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12))}\"";
    }

    public byte[] Plain { get; }

    /// <summary>Null for a body too small to gain by it.</summary>
    public byte[]? Gzip { get; }

    /// <inheritdoc cref="Gzip"/>
    public byte[]? Brotli { get; }

    /// <summary>With its quotes, as the header has it.</summary>
    public string Tag { get; }

    /// <summary>In bytes, everything counted.</summary>
    public int Size => Overhead + Plain.Length + (Gzip?.Length ?? 0) + (Brotli?.Length ?? 0);

    public static CachedPage Of(byte[] plain) => plain.Length < MinCompressed
        ? new CachedPage(plain, null, null)
        : new CachedPage(plain, Gzipped(plain), Brotlied(plain));

    private static byte[]? Gzipped(byte[] plain)
    {
        using var target = new MemoryStream(plain.Length);
        using (var stream = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(plain);
        return target.Length < plain.Length ? target.ToArray() : null;
    }

    // Quality 5 of 11: most of the gain at a tenth of the time.
    private static byte[]? Brotlied(byte[] plain)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(plain.Length));
        try
        {
            return BrotliEncoder.TryCompress(plain, buffer, out var length, quality: 5, window: 22) && length < plain.Length
                ? buffer[..length]
                : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
