using System.Net.Mail;

namespace Shop.Catalog.Mail;

/// <summary>
/// Writes mails as files (RFC 5322) for a developer to look at, or for a program that sends them: one file per mail, named after
/// its id, which appears when it is complete. Files older than a week are deleted.
/// </summary>
public sealed partial class SpoolMailSender(MailOptions options, TimeProvider time, ILogger<SpoolMailSender> logger) : IMailSender
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private static readonly TimeSpan CleanEvery = TimeSpan.FromHours(1);

    private long _cleaned;

    public Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Spool);
        Clean();
        // Beside the target, so that moving is renaming. Its own for each try: two may be at the same mail.
        var work = Directory.CreateDirectory(Path.Combine(options.Spool, ".tmp", Guid.CreateVersion7(time.GetUtcNow()).ToString("N")));
        try
        {
            using var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = work.FullName };
            using var message = mail.ToMessage(options.From);
            client.Send(message);
            var target = Path.Combine(options.Spool, $"{mail.Id:D}.eml");
            work.GetFiles().Single().MoveTo(target, overwrite: true);
            LogWritten(target);
            return Task.CompletedTask;
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private void Clean()
    {
        var now = time.GetUtcNow();
        var last = Interlocked.Read(ref _cleaned);
        if (now.UtcTicks - last < CleanEvery.Ticks || Interlocked.CompareExchange(ref _cleaned, now.UtcTicks, last) != last) return;
        foreach (var file in new DirectoryInfo(options.Spool).EnumerateFiles("*.eml"))
            if (now - file.LastWriteTimeUtc > Kept) file.Delete();
    }

    [LoggerMessage(142, LogLevel.Debug, "A mail was written to {File}")]
    private partial void LogWritten(string file);
}
