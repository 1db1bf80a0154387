using System.Globalization;
using System.Net;
using System.Net.Mail;

namespace Shop.Catalog.Mail;

/// <summary>Hands mails to a mail server; at least once, always under the same Message-ID.</summary>
public sealed class SmtpMailSender(MailOptions options, TimeProvider time) : IMailSender
{
    private const int DefaultPort = 25;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var parts = options.Smtp!.Split(':', 2);
        using var client = new SmtpClient(parts[0], parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : DefaultPort);
        client.EnableSsl = options.Tls;
        if (options.User is { } user) client.Credentials = new NetworkCredential(user, options.Password);
        using var message = mail.ToMessage(options.From);
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        await client.SendMailAsync(message, either.Token);
    }
}
