namespace Shop.Catalog.Mail;

/// <summary>The section <c>Mail</c>.</summary>
public sealed record MailOptions
{
    /// <summary>Mail server as host or host:port; without one, mails are written to <see cref="Spool"/>.</summary>
    public string? Smtp { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Whether the connection to the mail server is to be encrypted (STARTTLS).</summary>
    public bool Tls { get; init; }

    public string From { get; init; } = "Shop <no-reply@shop.example>";

    /// <summary>Directory of files that mails are written to when there is no mail server.</summary>
    public string Spool { get; init; } = Path.Combine(Path.GetTempPath(), "shop-mail");

    /// <summary>Where links in mails lead.</summary>
    public Uri ShopUrl { get; init; } = new("http://localhost:8080");

    public static MailOptions Read(IConfiguration configuration) => configuration.GetSection("Mail").Get<MailOptions>() ?? new MailOptions();
}
