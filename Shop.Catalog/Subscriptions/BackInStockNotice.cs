using Npgsql;
using Shop.Catalog.Mail;
using Shop.Catalog.StockEvents;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.Catalog.Subscriptions;

/// <summary>The job of telling one customer that a variant is back.</summary>
public sealed record BackInStockNotice(Guid CustomerId, string Email, string Language, long ProductId, string Sku);

public static class NoticeJobs
{
    private const string Type = "back-in-stock-notice";

    /// <summary>
    /// Notices in a queue by priority: the first who asked for a variant before the many, so that a mass of mails about one
    /// product does not keep others waiting.
    /// </summary>
    public static MessagingBuilder SendNotices(this MessagingBuilder messaging) => messaging
        .PublishPrioritised(Type, CatalogJson.Default.BackInStockNotice)
        .PriorityWorkQueue("notices", queue => queue.Job<BackInStockNotice, NoticeHandler>(Type, CatalogJson.Default.BackInStockNotice));
}

/// <summary>Writes the mail and hands it over.</summary>
/// <remarks>
/// Handed over before the job is done, under the job's id: when the process dies in between, the mail is handed over again
/// under the same id, which is one file in the spool directory and one Message-ID at a mail server.
/// </remarks>
public sealed class NoticeHandler(
    NpgsqlDataSource database, IMailSender mails, MailOptions options, StockEventMetrics metrics, Failpoints failpoints) : IJobHandler<BackInStockNotice>
{
    private const string Find = "SELECT name, name_zh FROM variants WHERE sku = $1 AND retired_at IS NULL";

    public async Task HandleAsync(BackInStockNotice job, JobContext context, CancellationToken cancellationToken)
    {
        var name = await FindNameAsync(job, cancellationToken);
        if (name is not null)
        {
            await mails.SendAsync(NoticeText.Write(context.MessageId, job, name, options.ShopUrl), cancellationToken);
            await failpoints.HitAsync("catalog.notices.sent", cancellationToken);
        }
        var done = await context.CommitOnceAsync((_, _, _) => Task.CompletedTask, cancellationToken);
        if (done && name is not null) metrics.Sent();
    }

    /// <summary>Null when the variant is no longer sold: then there is nothing to tell.</summary>
    private async Task<string?> FindNameAsync(BackInStockNotice job, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new NpgsqlParameter { Value = job.Sku });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        return reader.GetString(job.Language == Products.Language.Chinese && !reader.IsDBNull(1) ? 1 : 0);
    }
}
