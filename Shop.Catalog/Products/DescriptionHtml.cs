using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Shop.Catalog.Products;

/// <summary>
/// A description's Markdown as HTML that may stand in a page: plain CommonMark in which markup is text, pictures are their
/// alternative text, and links lead to web and mail addresses only.
/// </summary>
public static class DescriptionHtml
{
    private const int DeepestHeading = 6;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().Build();

    /// <summary>Empty for a text that is nested too deeply to be rendered.</summary>
    public static string Of(string markdown)
    {
        try
        {
            return Render(Markdown.Parse(markdown, Pipeline));
        }
        catch (ArgumentException)
        {
            return "";
        }
    }

    /// <summary>Whether <see cref="Of"/> can render it.</summary>
    public static bool IsRenderable(string markdown) => string.IsNullOrWhiteSpace(markdown) || Of(markdown).Length > 0;

    private static string Render(MarkdownDocument document)
    {
        // The page's own heading is the first of its level.
        foreach (var heading in document.Descendants<HeadingBlock>())
            heading.Level = Math.Min(heading.Level + 1, DeepestHeading);
        foreach (var link in document.Descendants<LinkInline>().ToList()) Restrict(link);
        foreach (var link in document.Descendants<AutolinkInline>().ToList()) Restrict(link);

        using var html = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(html);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        return html.ToString().TrimEnd();
    }

    private static void Restrict(LinkInline link)
    {
        if (link.IsImage || AddressOf(link.Url) is not { } address)
        {
            link.ReplaceBy(new ContainerInline(), copyChildren: true);
            return;
        }
        link.Url = address;
        link.GetDynamicUrl = null;
        Distrust(link);
    }

    private static void Restrict(AutolinkInline link)
    {
        if (AddressOf(link.IsEmail ? "mailto:" + link.Url : link.Url) is null) link.ReplaceBy(new LiteralInline(link.Url));
        else Distrust(link);
    }

    private static void Distrust(MarkdownObject link) => link.GetAttributes().AddProperty("rel", "nofollow noopener");

    // In its canonical form: what a browser makes of odd spellings does not matter then.
    private static string? AddressOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "mailto"
            ? address.AbsoluteUri
            : null;
}
