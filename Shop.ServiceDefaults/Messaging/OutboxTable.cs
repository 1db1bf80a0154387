using Npgsql;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>The relay's statements over the outbox.</summary>
internal static class OutboxTable
{
    // Any number that nothing else in a database of Shop uses; held for as long as a session relays.
    private const string TryLead = "select pg_try_advisory_lock(x'53686f7000000002'::bigint)";
    private const string Next = """
        select position, message_id, type, aggregate_id, version, body, traceparent, tracestate
        from shop_outbox where type <> all($1) order by position limit $2
        """;

    private const string Delete = "delete from shop_outbox where position = any($1)";
    private const string Measure = """
        select count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 from shop_outbox
        """;

    /// <summary>False: another replica relays this database.</summary>
    public static async Task<bool> TryLeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TryLead, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task ListenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"listen {Outbox.Channel}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The oldest rows, without the types in <paramref name="held"/>.</summary>
    public static async Task<IReadOnlyList<OutboxRow>> NextAsync(
        NpgsqlConnection connection, string[] held, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Next, connection) { Parameters = { new() { Value = held }, new() { Value = limit } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<OutboxRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Read(reader));
        return rows;
    }

    public static async Task DeleteAsync(NpgsqlConnection connection, long[] positions, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Delete, connection) { Parameters = { new() { Value = positions } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<OutboxLevel> MeasureAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Measure);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutboxLevel(reader.GetInt64(0), reader.GetDouble(1));
    }

    private static OutboxRow Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        new Envelope(
            reader.GetGuid(1), reader.GetString(2), reader.GetGuid(3), reader.GetInt64(4),
            reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetString(7),
            reader.GetFieldValue<byte[]>(5)));
}

/// <summary>A message that is committed and not yet confirmed.</summary>
internal sealed record OutboxRow(long Position, Envelope Message);
