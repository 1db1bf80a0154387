using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shop.Catalog.Products;

namespace Shop.Tests.Unit.Catalog;

public sealed partial class DescriptionHtmlTests
{
    private static readonly HashSet<string> Elements =
        ["p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a"];

    [Theory]
    [InlineData("One *two* **three** `four`", "<p>One <em>two</em> <strong>three</strong> <code>four</code></p>")]
    [InlineData("# Care\n\n- wash\n- dry", "<h2>Care</h2>\n<ul>\n<li>wash</li>\n<li>dry</li>\n</ul>")]
    [InlineData("###### Deep", "<h6>Deep</h6>")]
    [InlineData("[shop](https://example.com/a?b=1&c=2)", "<p><a href=\"https://example.com/a?b=1&amp;c=2\" rel=\"nofollow noopener\">shop</a></p>")]
    [InlineData("<https://example.com/>", "<p><a href=\"https://example.com/\" rel=\"nofollow noopener\">https://example.com/</a></p>")]
    [InlineData("[write](mailto:a@example.com)", "<p><a href=\"mailto:a@example.com\" rel=\"nofollow noopener\">write</a></p>")]
    [InlineData("<a@example.com>", "<p><a href=\"mailto:a@example.com\" rel=\"nofollow noopener\">a@example.com</a></p>")]
    [InlineData("![a *picture*](https://example.com/a.png)", "<p>a <em>picture</em></p>")]
    [InlineData("[here](/products/1)", "<p>here</p>")]
    [InlineData("[ref]\n\n[ref]: javascript:alert(1)", "<p>ref</p>")]
    [InlineData("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>")]
    [InlineData("屏幕明亮，**设计沉稳**。", "<p>屏幕明亮，<strong>设计沉稳</strong>。</p>")]
    [InlineData("", "")]
    public void Markdown_becomes(string markdown, string html) => Assert.Equal(html, DescriptionHtml.Of(markdown));

    public static TheoryData<string> Attacks { get; } =
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert&#40;1)</script>",
        "<iframe src=\"javascript:alert(1)\"></iframe>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<style>*{background:url(//evil.example)}</style>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php echo 1 ?>",
        "<div\nonclick=alert(1)>\nx\n</div>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#115;cript:alert(1))",
        "[x](java&Tab;script:alert(1))",
        "[x](&#x6A;avascript:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x]( javascript:alert(1))",
        "[x](&#1;javascript:alert(1))",
        "[x](&#9;javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[x](vbscript:msgbox(1))",
        "[x](file:///etc/passwd)",
        "[x](//evil.example)",
        "[x](\\\\evil.example)",
        "[x](https://example.com/\" onclick=\"alert(1))",
        "[x](https://example.com/'onclick='alert(1)')",
        "[x](https://example.com \"t\\\" onclick=\\\"alert(1)\")",
        "[x](https://example.com 't\" onmouseover=\"alert(1)')",
        "[a\" onclick=\"alert(1)](https://example.com)",
        "[x]\n\n[x]: javascript:alert(1) \"title\"",
        "[x][y]\n\n[y]: <data:text/html,<script>alert(1)</script>>",
        "<javascript:alert(1)>",
        "<data:text/html,x>",
        "<https://example.com/\"onclick=alert(1)>",
        "![x](javascript:alert(1))",
        "![x\" onerror=\"alert(1)](https://example.com/a.png)",
        "![x](https://evil.example/track.png)",
        "[![x](javascript:alert(1))](javascript:alert(2))",
        "[x](https://example.com){onclick=alert(1)}",
        "# x {#id onclick=alert(1)}",
        "```\" onclick=\"alert(1)\nx\n```",
        "```<script>\nalert(1)\n```",
        "`<script>alert(1)</script>`",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "\\<script>alert(1)</script>",
        "> <script>alert(1)</script>",
        "- <img src=x onerror=alert(1)>",
        "[x](mailto:a@example.com?subject=<script>)",
        "[x](https://example.com/&quot;><script>alert(1)</script>)",
        "**<b onclick=alert(1)>**",
        "<b>*x</b>*",
        "\u2028<script>alert(1)</script>",
        "<scr\0ipt>alert(1)</scr\0ipt>",
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Nothing_that_could_run_or_load_comes_through(string markdown)
    {
        var html = DescriptionHtml.Of(markdown);
        // Well-formed XML, so that no browser reads it otherwise than we do.
        var fragment = XElement.Parse("<div>" + Named().Replace(html, entity => WebUtility.HtmlEncode(WebUtility.HtmlDecode(entity.Value))) + "</div>");
        Assert.All(fragment.Descendants(), element => Assert.Contains(element.Name.LocalName, Elements));
        foreach (var attribute in fragment.Descendants().Attributes())
        {
            var element = attribute.Parent!.Name.LocalName;
            switch (attribute.Name.LocalName)
            {
                case "href":
                    Assert.Matches("^(https?://|mailto:)", attribute.Value);
                    break;
                case "rel":
                    Assert.Equal("nofollow noopener", attribute.Value);
                    break;
                default:
                    Assert.Contains((element, attribute.Name.LocalName), new[] { ("a", "title"), ("code", "class"), ("ol", "start") });
                    break;
            }
        }
        Assert.Equal(fragment.Descendants("a").Count(), fragment.Descendants("a").Attributes("rel").Count());
    }

    [Theory]
    [InlineData("[")]
    [InlineData("*a ")]
    [InlineData("> ")]
    [InlineData("`")]
    [InlineData("![](")]
    [InlineData("<a ")]
    [InlineData("[a](<b")]
    [InlineData("- ")]
    [InlineData("**a _b ")]
    [InlineData("&")]
    public void A_text_made_to_be_slow_is_not(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, ProductRules.MaxDescriptionLength / piece.Length));
        // Processor time, which neighbours on the machine do not lengthen.
        var started = Environment.CpuUsage.TotalTime;
        DescriptionHtml.Of(text);
        Assert.InRange(Environment.CpuUsage.TotalTime - started, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void What_is_nested_too_deeply_is_told_apart()
    {
        Assert.False(DescriptionHtml.IsRenderable(new string('>', 2000) + " x"));
        Assert.True(DescriptionHtml.IsRenderable("> > > x"));
    }

    [GeneratedRegex("&[a-z]+;")]
    private static partial Regex Named();
}
