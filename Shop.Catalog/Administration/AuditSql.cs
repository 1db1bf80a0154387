using Npgsql;

namespace Shop.Catalog.Administration;

/// <summary>The row of the audit trail, for the batch that makes the change.</summary>
internal static class AuditSql
{
    // What both have in common says nothing.
    private const string Insert =
        """
        INSERT INTO audit_trail (who, action, subject, before, after)
        VALUES ($1, $2, $3, differing($4, $5), differing($5, $4))
        """;

    private const string InsertProduct =
        """
        INSERT INTO audit_trail (who, action, subject, before, after)
        SELECT $1, $2, 'product:' || $3, differing($4, after), differing(after, $4) FROM product_snapshot($3) AS after
        """;

    /// <param name="before">JSON object as it was; null for what is new.</param>
    /// <param name="after">JSON object as it is now.</param>
    public static void AddAudit(this NpgsqlBatch batch, Guid who, string action, string subject, string? before, string after) =>
        batch.Add(Insert, who, action, subject, SqlValue.Json(before), SqlValue.Json(after));

    /// <summary>To be added behind everything that changes the product.</summary>
    /// <param name="before">Its <c>product_snapshot</c> before the change; null for a new one.</param>
    public static void AddProductAudit(this NpgsqlBatch batch, Guid who, string action, long productId, string? before) =>
        batch.Add(InsertProduct, who, action, productId, SqlValue.Json(before));
}
