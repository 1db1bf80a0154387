using Npgsql;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Subscriptions;

/// <summary>Who wants to hear when a variant is back in stock. One row per customer and variant, until they are told.</summary>
public sealed class SubscriptionStore(NpgsqlDataSource database)
{
    /// <summary>Of one customer at a time.</summary>
    public const int MaxPerCustomer = 100;

    // So many of those who wait for a variant are told before the many.
    private const int Early = 100;

    // Requests of one customer come one after the other, so that the bound is one.
    private const string LockCustomer = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 44))";

    private const string Find =
        """
        SELECT v.id, s.on_hand > s.reserved,
               EXISTS (SELECT FROM stock_subscriptions WHERE customer_id = $1 AND variant_id = v.id),
               (SELECT count(*) FROM stock_subscriptions WHERE customer_id = $1)
        FROM variants v JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
        WHERE v.product_id = $2 AND v.retired_at IS NULL AND CASE WHEN $3::text IS NULL THEN v.id = $2 ELSE v.sku = $3 END
        """;

    private const string Insert =
        """
        INSERT INTO stock_subscriptions (customer_id, variant_id, email, language, early)
        SELECT $1, $2, $3, $4, count(*) < $5 FROM (SELECT FROM stock_subscriptions WHERE variant_id = $2 LIMIT $5) AS first
        ON CONFLICT (customer_id, variant_id) DO UPDATE SET email = excluded.email, language = excluded.language
        """;

    private const string Delete =
        """
        DELETE FROM stock_subscriptions USING variants v
        WHERE customer_id = $1 AND variant_id = v.id
          AND v.product_id = $2 AND CASE WHEN $3::text IS NULL THEN v.id = $2 ELSE v.sku = $3 END
        """;

    private const string List =
        """
        SELECT v.product_id, v.sku, CASE WHEN $2 = 'zh' THEN coalesce(v.name_zh, v.name) ELSE v.name END, t.created_at
        FROM stock_subscriptions t JOIN variants v ON v.id = t.variant_id
        WHERE t.customer_id = $1 ORDER BY t.created_at, v.id
        """;

    /// <returns>False when the customer waits for it already.</returns>
    /// <exception cref="ProblemException">404 product_unknown; 409 in_stock, subscription_limit.</exception>
    public async Task<bool> AddAsync(Subscriber subscriber, long productId, string? sku, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (variantId, isKnown) = await CheckAsync(connection, transaction, subscriber.Id, productId, sku, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(Insert, subscriber.Id, variantId, subscriber.Email, subscriber.Language, Early);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return !isKnown;
    }

    /// <summary>Nothing happens when the customer does not wait for it.</summary>
    public async Task RemoveAsync(Guid customerId, long productId, string? sku, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Delete);
        command.Parameters.Add(new NpgsqlParameter { Value = customerId });
        command.Parameters.Add(new NpgsqlParameter { Value = productId });
        command.Parameters.Add(SqlValue.Text(sku));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>All of a customer's, the oldest first.</summary>
    public async Task<SubscriptionList> ReadAsync(Guid customerId, string language, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(List);
        command.Parameters.Add(new NpgsqlParameter { Value = customerId });
        command.Parameters.Add(new NpgsqlParameter { Value = language });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<Subscription>();
        while (await reader.ReadAsync(cancellationToken))
            items.Add(new Subscription(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return new SubscriptionList(items);
    }

    private static async Task<(long VariantId, bool IsKnown)> CheckAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid customerId, long productId, string? sku,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(LockCustomer, customerId);
        batch.Add(Find, customerId, productId, SqlValue.Text(sku));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw ProductProblems.Unknown(productId, sku);
        var (variantId, isInStock, isKnown) = (reader.GetInt64(0), reader.GetBoolean(1), reader.GetBoolean(2));
        if (!isKnown && isInStock) throw Problem.Conflict("in_stock", "It can be bought now.");
        if (!isKnown && reader.GetInt64(3) >= MaxPerCustomer)
            throw Problem.Conflict("subscription_limit", $"A customer waits for at most {MaxPerCustomer} variants at a time.");
        return (variantId, isKnown);
    }
}
