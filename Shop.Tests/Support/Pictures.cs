using System.Buffers.Binary;

namespace Shop.Tests.Support;

/// <summary>Pictures of 7 × 5 pixels as a browser writes them, and headers of any size.</summary>
public static class Pictures
{
    public static readonly byte[] Png = Convert.FromBase64String(
        """
        iVBORw0KGgoAAAANSUhEUgAAAAcAAAAFCAYAAACJmvbYAAAAIklEQVR4AbTJMQ0AAAwCwQZL+HdQT6AANj756fCk0rjSCA0AAP//AGl+pAAAAAZJREFUAwDUIg9iALnLlQAAAABJRU5ErkJggg==
        """);

    public static readonly byte[] Jpeg = Convert.FromBase64String(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAFAAcDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAwX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCYACs//9k=
        """);

    /// <summary>Lossy.</summary>
    public static readonly byte[] Webp = Riff("VlA4ICgAAABwAQCdASoHAAUABABoJaACdAFAAAD+5AF1xc3RlH/xDn8uX8QV/AAA");

    public static readonly byte[] WebpLossless = Riff("VlA4TBUAAAAvBgABEA8wM8M8M/Mf8DjcX0T/AwIA");

    /// <summary>With transparency.</summary>
    public static readonly byte[] WebpExtended = Riff(
        "VlA4WAoAAAAQAAAABgAABAAAQUxQSA0AAAABDzD/ERHicH8R/Q8IAFZQOCAwAAAAcAEAnQEqBwAFAAQAaCWwAnQBdQAA/uQBaFpqiOmE/9q7u5F3VyO//FP/Q5kkAAAA");

    /// <summary>A PNG's beginning, which says that it is this large, and bytes that make it another picture.</summary>
    public static byte[] PngOf(uint width, uint height, int length = 64, int seed = 0)
    {
        var bytes = new byte[length];
        Png.AsSpan(0, 33).CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), height);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(40), seed);
        return bytes;
    }

    private static byte[] Riff(string chunks)
    {
        var content = Convert.FromBase64String(chunks);
        var file = new byte[content.Length + 12];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), content.Length + 4);
        "WEBP"u8.CopyTo(file.AsSpan(8));
        content.CopyTo(file, 12);
        return file;
    }
}
