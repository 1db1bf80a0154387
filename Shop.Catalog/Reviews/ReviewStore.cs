using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Reviews;

/// <summary>A checked review.</summary>
public sealed record ReviewContent(int Stars, string Title, string Body, string? Author);

/// <summary>Writes reviews, votes and moderation. What is counted moves with what counts it, in one statement.</summary>
public sealed class ReviewStore(NpgsqlDataSource database)
{
    /// <summary>The new review's id.</summary>
    /// <exception cref="ProblemException">404 product_unknown; 409 already_reviewed.</exception>
    public async Task<long> CreateAsync(long productId, Guid customerId, ReviewContent content, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(ReviewSql.LockBuyer, customerId);
        batch.Add(ReviewSql.Create, Content(productId, customerId, content));
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken)) return reader.GetInt64(0);
        }
        throw await FindOwnAsync(productId, customerId, cancellationToken) is null
            ? ProductProblems.Unknown(productId)
            : Problem.Conflict("already_reviewed", "You have reviewed this product; change that review.");
    }

    /// <exception cref="ProblemException">404 review_unknown.</exception>
    public async Task ChangeAsync(long productId, Guid customerId, ReviewContent content, CancellationToken cancellationToken)
    {
        if (await ScalarAsync(ReviewSql.Change, cancellationToken, Content(productId, customerId, content)) is null) throw Unknown();
    }

    /// <exception cref="ProblemException">404 review_unknown; 409 review_hidden.</exception>
    public async Task DeleteAsync(long productId, Guid customerId, CancellationToken cancellationToken)
    {
        var gone = await ScalarAsync(ReviewSql.Delete, cancellationToken, productId, customerId) as bool? ?? throw Unknown();
        if (!gone) throw Problem.Conflict("review_hidden", "The shop has hidden this review; it cannot be taken back, only changed.");
    }

    /// <summary>The product's id.</summary>
    /// <exception cref="ProblemException">404 review_unknown.</exception>
    public async Task<long> ModerateAsync(
        long id, string state, string? reason, Guid moderator, CancellationToken cancellationToken) =>
        await ScalarAsync(ReviewSql.Moderate, cancellationToken, id, state, Text(reason), moderator) as long? ?? throw Unknown();

    /// <summary>Counts a customer's opinion once, however often it is given.</summary>
    /// <exception cref="ProblemException">404 review_unknown; 409 own_review.</exception>
    public async Task VoteAsync(long id, Guid customerId, string kind, CancellationToken cancellationToken)
    {
        var own = await ScalarAsync(ReviewSql.Vote, cancellationToken, id, customerId, kind) as bool? ?? throw Unknown();
        if (own) throw Problem.Conflict("own_review", "This is your own review.");
    }

    public Task WithdrawAsync(long id, Guid customerId, CancellationToken cancellationToken) =>
        ScalarAsync(ReviewSql.Withdraw, cancellationToken, id, customerId);

    /// <summary>Null when the customer has written none.</summary>
    public async Task<OwnReview?> FindOwnAsync(long productId, Guid customerId, CancellationToken cancellationToken)
    {
        await using var command = Command(ReviewSql.Own, productId, customerId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        return new OwnReview(
            row.GetInt64(0), row.GetInt16(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
            row.GetBoolean(5), row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7));
    }

    /// <summary>Behind the statements that confirm the reservations of paid orders.</summary>
    public static void AddPurchases(NpgsqlBatch batch, Guid[] orders)
    {
        batch.Add(ReviewSql.LockBuyersOf, orders);
        batch.Add(ReviewSql.RecordPurchases, orders);
    }

    internal static ProblemException Unknown() => Problem.NotFound("review_unknown", "There is no such review.");

    private static object[] Content(long productId, Guid customerId, ReviewContent content) =>
        [productId, customerId, content.Stars, content.Title, content.Body, Text(content.Author)];

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
