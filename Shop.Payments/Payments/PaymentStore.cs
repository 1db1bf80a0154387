using Npgsql;
using NpgsqlTypes;

namespace Shop.Payments.Payments;

/// <summary>The SQL of payments. Every change is one statement that names the state that it expects.</summary>
internal sealed class PaymentStore(NpgsqlDataSource database)
{
    private const string Columns = "id, customer_id, order_id, method, status, amount, currency, failure, version, attempts";

    /// <summary>Inserts the payment, or finds the one with the same id.</summary>
    public async Task<Payment> CreateAsync(Guid id, Guid customerId, Guid orderId, string method, CancellationToken cancellationToken)
    {
        // The second branch sees rows committed before the statement; the third round, below, those of a racing twin.
        const string sql = $"""
            with created as (
                insert into payments (id, customer_id, order_id, method, status, next_attempt_at)
                values ($1, $2, $3, $4, 'created', shop_now() + interval '5 seconds')
                on conflict (id) do nothing
                returning {Columns})
            select {Columns} from created
            union all
            select {Columns} from payments where id = $1
            limit 1
            """;
        await using (var command = Command(sql, id, customerId, orderId, method))
            if (await ReadOneAsync(command, cancellationToken) is { } payment)
                return payment;
        return await FindAsync(id, cancellationToken)
               ?? throw new InvalidOperationException($"payment {id} was neither inserted nor found");
    }

    public async Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command($"select {Columns} from payments where id = $1", id);
        return await ReadOneAsync(command, cancellationToken);
    }

    public async Task<Payment?> FindOwnAsync(Guid id, Guid customerId, CancellationToken cancellationToken)
    {
        await using var command = Command($"select {Columns} from payments where id = $1 and customer_id = $2", id, customerId);
        return await ReadOneAsync(command, cancellationToken);
    }

    /// <summary>Records that the order is frozen at this amount. Returns the payment as it is now.</summary>
    public async Task<Payment> FrozenAsync(Guid id, long amount, string currency, TimeSpan reconcileAfter, CancellationToken cancellationToken)
    {
        const string sql = $"""
            update payments set status = 'pending', amount = $2, currency = $3, failure = null, version = version + 1,
                   attempts = 0, next_attempt_at = shop_now() + $4, updated_at = shop_now()
            where id = $1 and status in ('created', 'refused')
            returning {Columns}
            """;
        await using var command = Command(sql, id, amount, currency, reconcileAfter);
        return await ReadOneAsync(command, cancellationToken)
               ?? await FindAsync(id, cancellationToken)
               ?? throw new InvalidOperationException($"payment {id} is gone");
    }

    /// <summary>A refused payment that is asked for again: the order may be payable by now. Returns the payment as it is now.</summary>
    public async Task<Payment> ReopenedAsync(Guid id, CancellationToken cancellationToken)
    {
        const string sql = $"""
            update payments set status = 'created', failure = null, version = version + 1, attempts = 0,
                   next_attempt_at = shop_now() + interval '5 seconds', updated_at = shop_now()
            where id = $1 and status = 'refused'
            returning {Columns}
            """;
        await using var command = Command(sql, id);
        return await ReadOneAsync(command, cancellationToken)
               ?? await FindAsync(id, cancellationToken)
               ?? throw new InvalidOperationException($"payment {id} is gone");
    }

    /// <summary>Records that the order cannot be paid, and why.</summary>
    public async Task RefusedAsync(Guid id, string failure, CancellationToken cancellationToken)
    {
        const string sql = """
            update payments set status = 'refused', failure = $2, version = version + 1, next_attempt_at = null, updated_at = shop_now()
            where id = $1 and status = 'created'
            """;
        await using var command = Command(sql, id, failure);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Takes due payments for one attempt each: the next attempt moves into the future in the same statement, by at least the 20 s
    /// that two calls of ten may take. So workers do not hold the same one, and one that dies leaves it to be taken up again.
    /// </summary>
    public async Task<IReadOnlyList<Payment>> ClaimDueAsync(int limit, CancellationToken cancellationToken)
    {
        const string sql = $"""
            update payments set attempts = attempts + 1,
                   next_attempt_at = shop_now() + greatest(interval '20 seconds', least(interval '5 minutes', interval '2 seconds' * power(2, least(attempts, 8))))
            where id in (select id from payments where next_attempt_at <= shop_now()
                         order by next_attempt_at limit $1 for update skip locked)
            returning {Columns}
            """;
        await using var command = Command(sql, limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<Payment>();
        while (await reader.ReadAsync(cancellationToken))
            due.Add(Read(reader));
        return due;
    }

    /// <summary>Reads the payment and locks it until the transaction ends.</summary>
    public static async Task<Payment?> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from payments where id = $1 for update", connection, transaction)
        {
            Parameters = { new() { Value = id } },
        };
        return await ReadOneAsync(command, cancellationToken);
    }

    /// <summary>The update to <paramref name="status"/> of a locked payment. <paramref name="next"/>: when the worker looks again, from now.</summary>
    public static NpgsqlBatchCommand Move(Guid id, PaymentStatus status, string? failure, TimeSpan? next) => new("""
        update payments set status = $2, failure = $3, version = version + 1, attempts = 0,
               next_attempt_at = shop_now() + $4, updated_at = shop_now()
        where id = $1
        """)
    {
        Parameters =
        {
            new() { Value = id },
            new() { Value = Payment.Name(status) },
            new() { Value = (object?)failure ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = (object?)next ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval },
        },
    };

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static async Task<Payment?> ReadOneAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private static Payment Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3), Payment.Parse(row.GetString(4)),
        row.IsDBNull(5) ? null : row.GetInt64(5), row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : row.GetString(7), row.GetInt64(8), row.GetInt32(9));
}
