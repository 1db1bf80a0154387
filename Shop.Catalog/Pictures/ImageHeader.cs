using System.Buffers.Binary;

namespace Shop.Catalog.Pictures;

/// <summary>What the bytes of a picture say it is.</summary>
/// <param name="Format">png, jpg or webp; also the ending of its address.</param>
public sealed record ImageHeader(string Format, int Width, int Height)
{
    private const int MarkerStart = 0xFF;

    public string MediaType => MediaTypeOf(Format);

    public static string MediaTypeOf(string format) => format == "jpg" ? "image/jpeg" : "image/" + format;

    /// <summary>Null for anything but a PNG, JPEG or WebP whose header is whole.</summary>
    /// <remarks>Sources: PNG third edition, 11.2.1; ITU-T T.81, annex B; RFC 9649, 2.5 to 2.7.</remarks>
    public static ImageHeader? Read(ReadOnlySpan<byte> bytes) => ReadPng(bytes) ?? ReadWebp(bytes) ?? ReadJpeg(bytes);

    // Signature, then the header chunk: length 13, its name, width, height.
    private static ImageHeader? ReadPng(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 33 && bytes[0] == 0x89 && bytes[1..].StartsWith("PNG\r\n\u001a\n\0\0\0\rIHDR"u8)
            ? Sized("png", BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]))
            : null;

    // Segments until the one that begins a frame; each says its length.
    private static ImageHeader? ReadJpeg(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith((ReadOnlySpan<byte>)[MarkerStart, 0xD8, MarkerStart])) return null;
        var rest = bytes[2..];
        while (rest.Length >= 9 && rest[0] == MarkerStart)
        {
            var marker = rest[1];
            if (marker == MarkerStart)
            {
                rest = rest[1..];
                continue;
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < 2) return null;
            if (IsFrame(marker))
                return Sized("jpg", BinaryPrimitives.ReadUInt16BigEndian(rest[7..]), BinaryPrimitives.ReadUInt16BigEndian(rest[5..]));
            if (IsWithoutFrame(marker) || rest.Length < length + 2) return null;
            rest = rest[(length + 2)..];
        }
        return null;
    }

    // SOF0 to SOF15 without the three that define tables.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    // Markers without a segment, the end, and a scan that comes before its frame.
    private static bool IsWithoutFrame(byte marker) => marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xDA);

    private static ImageHeader? ReadWebp(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 30 || !bytes.StartsWith("RIFF"u8) || !bytes[8..].StartsWith("WEBP"u8)) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) > bytes.Length - 8) return null;
        var content = bytes[20..];
        if (bytes[12..].StartsWith("VP8 "u8))
            return content[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])
                ? Sized("webp", Number(content[6..], 2) & 0x3FFF, Number(content[8..], 2) & 0x3FFF)
                : null;
        if (bytes[12..].StartsWith("VP8L"u8))
        {
            var sizes = Number(content[1..], 4);
            return content[0] == 0x2F ? Sized("webp", (sizes & 0x3FFF) + 1, ((sizes >> 14) & 0x3FFF) + 1) : null;
        }
        return bytes[12..].StartsWith("VP8X"u8) ? Sized("webp", Number(content[4..], 3) + 1, Number(content[7..], 3) + 1) : null;
    }

    // Little-endian.
    private static uint Number(ReadOnlySpan<byte> bytes, int count)
    {
        uint number = 0;
        for (var i = count - 1; i >= 0; i--) number = (number << 8) | bytes[i];
        return number;
    }

    private static ImageHeader? Sized(string format, uint width, uint height) =>
        width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? new ImageHeader(format, (int)width, (int)height) : null;
}
