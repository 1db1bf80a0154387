using System.Text.Json;
using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Administration;

/// <param name="Who">Customer id of the administrator.</param>
/// <param name="Subject">product:7, brand:slug, category:slug or import:number.</param>
/// <param name="Before">The members that changed, as they were; null for what is new.</param>
/// <param name="After">The members that changed, as they became.</param>
public sealed record AuditEntry(
    long Id, DateTimeOffset At, Guid Who, string Action, string Subject, JsonElement? Before, JsonElement? After);

/// <param name="Next">Value of <c>after</c> for the next page; null on the last one.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Items, long? Next);

/// <summary>Reads the audit trail, the newest entry first.</summary>
public sealed class AuditLog(NpgsqlDataSource database)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 100;
    private const int MaxSubjectLength = 100;

    private const string Columns = "SELECT id, at, who, action, subject, before::text, after::text FROM audit_trail WHERE id < $1";
    private const string Order = " ORDER BY id DESC LIMIT $2";

    /// <param name="subject">Null for all.</param>
    /// <param name="after">Id of the last entry of the page before.</param>
    public async Task<AuditPage> ReadAsync(string? subject, long? after, int? limit, CancellationToken cancellationToken)
    {
        var size = limit ?? DefaultLimit;
        new Validator()
            .Check(size is >= 1 and <= MaxLimit, "limit", $"must be between 1 and {MaxLimit}")
            .Check(after is null or > 0, "after", "must be the next of the page before")
            .Check(subject is null || subject.Length is > 0 and <= MaxSubjectLength, "subject", $"must be 1 to {MaxSubjectLength} characters")
            .ThrowIfInvalid();
        await using var command = database.CreateCommand(Columns + (subject is null ? "" : " AND subject = $3") + Order);
        command.Parameters.Add(new NpgsqlParameter { Value = after ?? long.MaxValue });
        command.Parameters.Add(new NpgsqlParameter { Value = size + 1 });
        if (subject is not null) command.Parameters.Add(new NpgsqlParameter { Value = subject });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<AuditEntry>();
        while (await reader.ReadAsync(cancellationToken)) entries.Add(Read(reader));
        return entries.Count > size
            ? new AuditPage(entries[..size], entries[size - 1].Id)
            : new AuditPage(entries, null);
    }

    private static AuditEntry Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetGuid(2), row.GetString(3), row.GetString(4), Json(row, 5),
        Json(row, 6));

    private static JsonElement? Json(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : JsonElement.Parse(row.GetString(column));
}
