using Shop.Catalog.Pictures;

namespace Shop.Tests.Unit.Catalog;

public sealed class ImageHeaderTests
{
    public static TheoryData<byte[], string> Known { get; } = new()
    {
        { Pictures.Png, "png" }, { Pictures.Jpeg, "jpg" }, { Pictures.Webp, "webp" }, { Pictures.WebpLossless, "webp" },
        { Pictures.WebpExtended, "webp" },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Format_and_size_are_read_from_the_content(byte[] bytes, string format) =>
        Assert.Equal(new ImageHeader(format, 7, 5), ImageHeader.Read(bytes));

    [Theory]
    [MemberData(nameof(Known))]
    public void A_header_that_is_cut_off_is_none(byte[] bytes, string format)
    {
        _ = format;
        for (var length = 0; length < 25; length++) Assert.Null(ImageHeader.Read(bytes.AsSpan(0, length)));
    }

    // Whatever the bytes are, they are read within their bounds and without end.
    [Theory]
    [MemberData(nameof(Known))]
    public void Any_byte_may_be_wrong(byte[] bytes, string format)
    {
        var random = new Random(format.Length * 1000 + bytes.Length);
        for (var round = 0; round < 20_000; round++)
        {
            var broken = bytes.AsSpan(0, random.Next(bytes.Length) + 1).ToArray();
            for (var hit = random.Next(4); hit >= 0; hit--) broken[random.Next(broken.Length)] = (byte)random.Next(256);
            if (ImageHeader.Read(broken) is { } header) Assert.True(header.Width > 0 && header.Height > 0);
        }
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("GIF89a\a\0\u0005\0..............................")]
    [InlineData("BM................................")]
    [InlineData("<html><script>alert(1)</script></html>.......")]
    [InlineData("RIFF....WAVEfmt .........................")]
    [InlineData("")]
    public void Anything_else_is_no_picture(string content) => Assert.Null(ImageHeader.Read(System.Text.Encoding.Latin1.GetBytes(content)));

    [Fact]
    public void No_picture_is_without_width_or_height()
    {
        Assert.Null(ImageHeader.Read(Pictures.PngOf(0, 5)));
        Assert.Null(ImageHeader.Read(Pictures.PngOf(5, 0)));
        Assert.Null(ImageHeader.Read(Pictures.PngOf(uint.MaxValue, 5)));
    }
}
