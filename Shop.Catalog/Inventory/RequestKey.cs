using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>The header <c>Idempotency-Key</c>: 1 to 255 characters, none of them a control character.</summary>
internal static class RequestKey
{
    public const string Header = "Idempotency-Key";
    private const int MaxLength = 255;

    // Waits for a rival with the same key, and sees what it left.
    private const string Claim =
        "INSERT INTO stock_requests (scope, key, body_hash) VALUES ($1, $2, $3) ON CONFLICT (scope, key) DO NOTHING RETURNING 1";

    private const string Known = "SELECT body_hash FROM stock_requests WHERE scope = $1 AND key = $2";

    /// <summary>Null without the header.</summary>
    /// <exception cref="ProblemException">400: it is not one.</exception>
    public static string? Read(HttpRequest request)
    {
        var values = request.Headers[Header];
        if (values.Count == 0) return null;
        return Check(values.Count == 1 ? values[0] : null, Header);
    }

    /// <exception cref="ProblemException">400: it is missing, or not one.</exception>
    public static string Check(string? key, string field)
    {
        new Validator()
            .Check(key is { Length: > 0 and <= MaxLength }, field, $"must be one value of 1 to {MaxLength} characters")
            .Check(key is null || !key.Any(char.IsControl), field, "must not hold control characters")
            .ThrowIfInvalid();
        return key!;
    }

    /// <exception cref="ProblemException">400: it is missing, or not one.</exception>
    public static string Demand(HttpRequest request) =>
        Read(request) ?? throw Problem.Validation(Header, "is required");

    /// <summary>False when this very request was carried out before. What is claimed is given back with the transaction.</summary>
    /// <param name="scope">Within which the key is unique.</param>
    /// <exception cref="ProblemException">422 idempotency_key_reused: the key belongs to another body.</exception>
    public static async Task<bool> TryClaimAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid scope, string key, byte[] bodyHash,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(Claim, scope, key, bodyHash);
        batch.Add(Known, scope, key);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken)) return true;
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(bodyHash)) return false;
        throw new ProblemException(
            StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used with another body.", Header);
    }
}
