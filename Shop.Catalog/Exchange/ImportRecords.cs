using System.Text.Json;
using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>An import that was begun.</summary>
/// <param name="Times">How often, this time included.</param>
public sealed record BegunImport(long Id, long Token, Guid Who, bool DryRun, byte[] File, int Times);

/// <summary>
/// What is kept of imports that were accepted. Each change says in its condition from which state it goes, and under which lock
/// the import was begun: of two replicas that are at the same one, the one with the older token changes nothing.
/// </summary>
public sealed class ImportRecords(NpgsqlDataSource database)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 100;

    // A file of ten megabytes is on its way, or all that is wrong with it.
    private const int TimeoutSeconds = 30;

    /// <summary>What <see cref="Read"/> reads.</summary>
    internal const string Columns =
        """
        id, state, dry_run, who, row_count, products_created, products_changed, variants_created, variants_changed, error_count, code,
        detail, token, created_at, started_at, finished_at
        """;

    private const string List = $"SELECT {Columns} FROM imports WHERE id < $1 ORDER BY id DESC LIMIT $2";
    private const string Find = $"SELECT {Columns}, errors::text FROM imports WHERE id = $1";

    // Of one that failed, too: its job was replayed.
    private const string Begin =
        """
        UPDATE imports
        SET state = 'running', token = $2, begun = begun + 1, started_at = shop_now(), finished_at = NULL, code = NULL, detail = NULL
        WHERE id = $1 AND state IN ('queued', 'running', 'failed') AND coalesce(token, 0) < $2
        RETURNING who, dry_run, file, begun
        """;

    private const string Done =
        """
        UPDATE imports
        SET state = 'done', file = NULL, finished_at = shop_now(), products_created = $3, products_changed = $4, variants_created = $5,
            variants_changed = $6, errors = $7, error_count = $8
        WHERE id = $1 AND state = 'running' AND token = $2
        """;

    private const string Refuse =
        """
        UPDATE imports
        SET state = 'refused', file = NULL, finished_at = shop_now(), code = $3, detail = $4, errors = $5, error_count = $6
        WHERE id = $1 AND state = 'running' AND token = $2
        """;

    // Not one that another replica has begun anew: the turn in which it was begun is still somebody's.
    private const string Fail =
        """
        UPDATE imports SET state = 'failed', finished_at = shop_now(), code = $2, detail = $3, begun = 0
        WHERE id = $1 AND state IN ('queued', 'running') AND NOT EXISTS (
            SELECT FROM shop_locks l WHERE l.name = $4 AND l.token = imports.token AND l.lease_until > shop_now())
        """;

    /// <summary>The newest first.</summary>
    /// <param name="after">Id of the last one of the page before.</param>
    public async Task<ImportPage> ListAsync(long? after, int? limit, CancellationToken cancellationToken)
    {
        var size = limit ?? DefaultLimit;
        new Validator()
            .Check(size is >= 1 and <= MaxLimit, "limit", $"must be between 1 and {MaxLimit}")
            .Check(after is null or > 0, "after", "must be the next of the page before")
            .ThrowIfInvalid();
        await using var command = Command(List, after ?? long.MaxValue, size + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var imports = new List<ImportItem>();
        while (await reader.ReadAsync(cancellationToken)) imports.Add(Read(reader));
        return imports.Count > size ? new ImportPage(imports[..size], imports[size - 1].Id) : new ImportPage(imports, null);
    }

    /// <exception cref="ProblemException">404 import_unknown.</exception>
    public async Task<ImportItem> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = Command(Find, id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw Problem.NotFound("import_unknown", "There is no such import, or no longer.");
        var errors = reader.IsDBNull(16) ? [] : JsonSerializer.Deserialize(reader.GetString(16), CatalogJson.Default.ListImportError)!;
        return Read(reader) with { Errors = errors };
    }

    /// <summary>Null when it is over, or somebody with a newer token is at it.</summary>
    internal async Task<BegunImport?> BeginAsync(long id, long token, CancellationToken cancellationToken)
    {
        await using var command = Command(Begin, id, token);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new BegunImport(id, token, reader.GetGuid(0), reader.GetBoolean(1), reader.GetFieldValue<byte[]>(2), reader.GetInt16(3))
            : null;
    }

    /// <summary>Within the transaction that stores what the file says.</summary>
    /// <exception cref="ProblemException">503: somebody else is at it, or was; roll back.</exception>
    internal static async Task DoneAsync(
        BegunImport import, ImportReport report, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.Add(
            Done, import.Id, import.Token, report.Products.Created, report.Products.Changed, report.Variants.Created,
            report.Variants.Changed, Json(report.Errors), report.Errors.Count);
        if (await batch.ExecuteNonQueryAsync(cancellationToken) == 0)
            throw Problem.Unavailable("Somebody else goes on with this import; nothing was stored.");
    }

    /// <summary>A dry run, which changes nothing else. A stale one changes nothing at all.</summary>
    internal async Task DoneAsync(BegunImport import, ImportReport report, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await DoneAsync(import, report, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>What the file says cannot be stored. A stale refusal changes nothing.</summary>
    internal async Task RefuseAsync(BegunImport import, ProblemException why, CancellationToken cancellationToken)
    {
        var errors = why.Extensions.TryGetValue(ProductImport.Rows, out var rows) ? (IReadOnlyList<ImportError>)rows! : [];
        await using var command = Command(
            Refuse, import.Id, import.Token, why.Code, why.Message, Json(errors), errors.Count);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// It was tried in vain; the file stays, for another try. Call when the turn is given back: an import whose turn is not over
    /// stays as it is.
    /// </summary>
    internal async Task FailAsync(long id, string code, string detail, CancellationToken cancellationToken)
    {
        await using var command = Command(Fail, id, code, detail, ProductImport.LockName);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static ImportItem Read(NpgsqlDataReader row)
    {
        var state = row.GetString(1);
        var isStored = state == "done" && !row.GetBoolean(2);
        return new ImportItem(
            row.GetInt64(0), state, row.GetBoolean(2), row.GetGuid(3), row.GetInt32(4), Count(row, 5), Count(row, 7), row.GetInt32(9),
            Errors: null, Text(row, 10), Text(row, 11), isStored ? ProductImport.SubjectOf(row.GetInt64(12)) : null,
            row.GetFieldValue<DateTimeOffset>(13), Time(row, 14), Time(row, 15));
    }

    private static ImportCount? Count(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : new ImportCount(row.GetInt32(column), row.GetInt32(column + 1));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlParameter Json(IReadOnlyList<ImportError> errors) =>
        SqlValue.Json(JsonSerializer.Serialize([.. errors], CatalogJson.Default.ListImportError));

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        foreach (var value in values) command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }
}
