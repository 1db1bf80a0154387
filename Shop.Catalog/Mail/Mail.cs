namespace Shop.Catalog.Mail;

/// <summary>A mail of plain text to one person.</summary>
/// <param name="Id">The same whenever the same mail is handed over again.</param>
public sealed record Mail(Guid Id, string To, string Subject, string Text);

/// <summary>Hands mails over to whatever brings them to people.</summary>
public interface IMailSender
{
    /// <summary>Returns when the mail is handed over; throws when it is not. May be called again for the same mail.</summary>
    Task SendAsync(Mail mail, CancellationToken cancellationToken);
}
