using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Promotions;

/// <summary>A promotion as administrators see it; amounts in major units.</summary>
/// <param name="Used">Uses that orders hold or have bought with.</param>
/// <param name="StoppedAt">Null unless it was stopped.</param>
public sealed record PromotionItem(
    string Code, string Name, string? NameZh, string Kind, decimal Value, decimal Minimum, DateTimeOffset ValidFrom,
    DateTimeOffset ValidUntil, int? MaxUses, int? MaxUsesPerCustomer, int Used, DateTimeOffset? StoppedAt, int Version);

/// <param name="Next">Value of <c>after</c> for the next page; null on the last one.</param>
public sealed record PromotionPage(IReadOnlyList<PromotionItem> Items, long? Next);

/// <summary>Promotions, made, changed and stopped by administrators. What customers hold already is not concerned.</summary>
public sealed class PromotionEditing(NpgsqlDataSource database)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 100;
    private const string TakenConstraint = "promotions_code_key";
    private const string UsedConstraint = "promotions_used_up";
    private const string PeriodConstraint = "promotions_period";

    private const string Columns =
        """
        code, name, name_zh, kind, value, minimum, valid_from, valid_until, max_uses, max_uses_per_customer, used, stopped_at, version,
        id, (to_jsonb(promotions) - ARRAY['id', 'used', 'version', 'created_at'])::text
        """;

    private const string Insert =
        $"""
        INSERT INTO promotions
            (code, name, name_zh, kind, value, minimum, valid_from, valid_until, max_uses, max_uses_per_customer)
        VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, shop_now()), $8, $9, $10)
        RETURNING {Columns}
        """;

    private const string Update =
        $"""
        UPDATE promotions
        SET name = $2, name_zh = $3, kind = $4, value = $5, minimum = $6, valid_from = coalesce($7, valid_from), valid_until = $8,
            max_uses = $9, max_uses_per_customer = $10, version = version + 1
        WHERE code = $1
        RETURNING {Columns}
        """;

    private const string Stop =
        $"UPDATE promotions SET stopped_at = shop_now(), version = version + 1 WHERE code = $1 RETURNING {Columns}";

    private const string Find = $"SELECT {Columns} FROM promotions WHERE code = $1";
    private const string Lock = Find + " FOR NO KEY UPDATE";
    private const string List = $"SELECT {Columns} FROM promotions WHERE id < $1 ORDER BY id DESC LIMIT $2";

    /// <exception cref="ProblemException">400 naming the fields; 409 coupon_taken.</exception>
    public async Task<PromotionItem> CreateAsync(PromotionInput input, Editor editor, CancellationToken cancellationToken)
    {
        var content = PromotionRules.Check(input);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        return await ChangeAsync(transaction, Insert, Parameters(content), "promotion.created", editor, null, cancellationToken);
    }

    /// <exception cref="ProblemException">400 naming the fields; 404 promotion_unknown; 409 promotion_stopped, promotion_used; 412 version_mismatch.</exception>
    public async Task<PromotionItem> ChangeAsync(
        string code, PromotionInput input, Editor editor, CancellationToken cancellationToken)
    {
        if (input.Code is not null && Coupon.Normal(input.Code) != Known(code)) throw Problem.Validation("code", "never changes");
        var content = PromotionRules.Check(input with { Code = code });
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (before, json) = await LockAsync(transaction, code, editor, cancellationToken);
        if (before.StoppedAt is not null) throw Problem.Conflict("promotion_stopped", "It was stopped for good; make another one.");
        if (before.Used > 0 && !GivesTheSame(before, content))
            throw Problem.Conflict("promotion_used", "Orders use it: what it gives stays. Stop it and make another one.");
        return await ChangeAsync(transaction, Update, Parameters(content), "promotion.changed", editor, json, cancellationToken);
    }

    /// <summary>Nobody takes another use from now on. Stopping again changes nothing.</summary>
    /// <exception cref="ProblemException">404 promotion_unknown; 412 version_mismatch.</exception>
    public async Task StopAsync(string code, Editor editor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (before, json) = await LockAsync(transaction, code, editor, cancellationToken);
        if (before.StoppedAt is not null) return;
        await ChangeAsync(transaction, Stop, [new() { Value = before.Code }], "promotion.stopped", editor, json, cancellationToken);
    }

    /// <exception cref="ProblemException">404 promotion_unknown.</exception>
    public async Task<PromotionItem> FindAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new NpgsqlParameter { Value = Known(code) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : throw Unknown();
    }

    /// <summary>The newest first.</summary>
    public async Task<PromotionPage> ListAsync(long? after, int? limit, CancellationToken cancellationToken)
    {
        var size = limit ?? DefaultLimit;
        new Validator()
            .Check(size is >= 1 and <= MaxLimit, "limit", $"must be between 1 and {MaxLimit}")
            .Check(after is null or > 0, "after", "must be the next of the page before")
            .ThrowIfInvalid();
        await using var command = database.CreateCommand(List);
        command.Parameters.Add(new NpgsqlParameter { Value = after ?? long.MaxValue });
        command.Parameters.Add(new NpgsqlParameter { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<(PromotionItem Item, long Id)>();
        while (await reader.ReadAsync(cancellationToken)) items.Add((Read(reader), reader.GetInt64(13)));
        return new PromotionPage([.. items.Take(size).Select(row => row.Item)], items.Count > size ? items[size - 1].Id : null);
    }

    private static async Task<(PromotionItem Promotion, string Json)> LockAsync(
        NpgsqlTransaction transaction, string code, Editor editor, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Lock, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = Known(code) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw Unknown();
        var promotion = Read(reader);
        editor.Check(promotion.Version);
        return (promotion, reader.GetString(14));
    }

    /// <param name="before">As JSON; null for a new one.</param>
    private static async Task<PromotionItem> ChangeAsync(
        NpgsqlTransaction transaction, string sql, NpgsqlParameter[] parameters, string action, Editor editor, string? before,
        CancellationToken cancellationToken)
    {
        var (after, json) = await WriteAsync(transaction, sql, parameters, cancellationToken);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.AddAudit(editor.Id, action, "promotion:" + after.Code, before, json);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return after;
    }

    private static async Task<(PromotionItem Promotion, string Json)> WriteAsync(
        NpgsqlTransaction transaction, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.AddRange(parameters);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return (Read(reader), reader.GetString(14));
        }
        catch (PostgresException refused) when (Of(refused) is { } problem)
        {
            throw problem;
        }
    }

    private static bool GivesTheSame(PromotionItem before, PromotionContent after) =>
        before.Kind == Promotion.NameOf(after.Kind) && before.Value == ToMajor(after.Kind, after.Value)
        && before.Minimum == Money.ToMajor(after.Minimum);

    private static decimal ToMajor(PromotionKind? kind, long value) => kind == PromotionKind.Amount ? Money.ToMajor(value) : value;

    private static ProblemException? Of(PostgresException refused) => refused.ConstraintName switch
    {
        TakenConstraint => Problem.Conflict("coupon_taken", "There is a promotion of this code."),
        UsedConstraint => Problem.Validation("maxUses", "must not be below the uses that are taken"),
        PeriodConstraint => Problem.Validation("validUntil", "must be after validFrom"),
        _ => null,
    };

    private static NpgsqlParameter[] Parameters(PromotionContent content) =>
    [
        new() { Value = content.Code }, new() { Value = content.Name }, SqlValue.Text(content.NameZh),
        new() { Value = Promotion.NameOf(content.Kind) }, new() { Value = content.Value }, new() { Value = content.Minimum },
        new() { Value = (object?)content.ValidFrom?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        new() { Value = content.ValidUntil.ToUniversalTime() },
        SqlValue.Integer(content.MaxUses), SqlValue.Integer(content.MaxUsesPerCustomer),
    ];

    private static PromotionItem Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3),
        ToMajor(Promotion.KindOf(row.GetString(3)), row.GetInt64(4)), Money.ToMajor(row.GetInt64(5)),
        row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7), row.IsDBNull(8) ? null : row.GetInt32(8),
        row.IsDBNull(9) ? null : row.GetInt32(9), row.GetInt32(10), row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
        row.GetInt32(12));

    private static string Known(string code) => Coupon.IsValid(code) ? Coupon.Normal(code) : throw Unknown();

    private static ProblemException Unknown() => Problem.NotFound("promotion_unknown", "There is no such promotion.");
}
