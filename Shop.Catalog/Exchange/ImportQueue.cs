using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>Takes files to be imported later, each with its job in one transaction.</summary>
public sealed class ImportQueue(NpgsqlDataSource database, Outbox outbox, IOptions<ImportOptions> options)
{
    private const int TimeoutSeconds = 30;

    // One after the other, so that the bound is one, and jobs are published in the order of the ids.
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('catalog-imports', 0))";

    private const string Insert =
        $"""
        INSERT INTO imports (who, dry_run, row_count, file)
        SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM imports WHERE state IN ('queued', 'running')) < $5
        RETURNING {ImportRecords.Columns}
        """;

    // A job is only lost when RabbitMQ is, with all it had. One that comes twice finds its import done.
    private const string Overdue =
        """
        UPDATE imports SET enqueued_at = shop_now()
        WHERE id IN (
            SELECT id FROM imports WHERE state IN ('queued', 'running') AND enqueued_at < shop_now() - interval '1 hour'
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
        """;

    /// <exception cref="ProblemException">400: the file cannot be read; 429 imports_waiting.</exception>
    public async Task<ImportItem> AcceptAsync(Stream body, bool dryRun, Guid who, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy, cancellationToken);
        var file = copy.ToArray();
        using var form = new MemoryStream(file, writable: false);
        var rows = (await ImportReader.ReadAsync(form, cancellationToken)).Count;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var accepted = await InsertAsync(connection, transaction, cancellationToken, who, dryRun, rows, file, options.Value.MaxQueued)
            ?? throw new ProblemException(
                StatusCodes.Status429TooManyRequests, "imports_waiting",
                $"{options.Value.MaxQueued} imports wait already; try again when some are done.")
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            };
        await EnqueueAsync(connection, transaction, [accepted.Id], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return accepted;
    }

    /// <summary>Enqueues anew what has waited so long that its job may be lost.</summary>
    public async Task EnqueueOverdueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = new List<long>();
        await using (var command = new NpgsqlCommand(Overdue, connection, transaction))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetInt64(0));
        await EnqueueAsync(connection, transaction, ids.Order(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<ImportItem?> InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken, params object[] values)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.Add(Lock);
        batch.Add(Insert, values);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ImportRecords.Read(reader) : null;
    }

    private async Task EnqueueAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<long> ids, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(outbox.Command(ids.Select(
            id => new OutboxMessage<ImportRequested>(new ImportRequested(id), ProductEvents.AggregateOf(id), Version: 1))));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
