using System.Net.Mail;
using System.Text;

namespace Shop.Catalog.Mail;

internal static class MailFormat
{
    /// <summary>To be disposed by the caller.</summary>
    public static MailMessage ToMessage(this Mail mail, string from)
    {
        var message = new MailMessage(new MailAddress(from), new MailAddress(mail.To))
        {
            Subject = string.Concat(mail.Subject.Where(c => !char.IsControl(c))),
            SubjectEncoding = Encoding.UTF8,
            Body = mail.Text,
            BodyEncoding = Encoding.UTF8,
        };
        message.Headers.Add("Message-ID", $"<{mail.Id:D}@{message.From!.Host}>");
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }
}
