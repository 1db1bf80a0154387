using System.Collections.Concurrent;
using Npgsql;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>
/// Finds variants by SKU. A SKU is never changed or reused, so what was found once is kept; the memory is bounded by
/// beginning anew. A line without a SKU means the default variant, whose id is the product's.
/// </summary>
public sealed class Skus(NpgsqlDataSource database)
{
    public const string Rule = "must be 1 to 64 letters, digits, dots, hyphens or underscores";

    private const int MaxLength = 64;
    private const int MaxKnown = 100_000;

    private const string Find = "SELECT id, product_id FROM variants WHERE sku = $1";

    private readonly ConcurrentDictionary<string, (long VariantId, long ProductId)> _known = new(StringComparer.Ordinal);

    public static bool IsValid(string sku) =>
        sku.Length is > 0 and <= MaxLength && sku.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>404 product_unknown.</summary>
    public static ProblemException Unknown(string sku)
    {
        var problem = Problem.NotFound("product_unknown", "There is no variant with this SKU.");
        problem.Extensions["sku"] = sku;
        return problem;
    }

    /// <summary>The variant of each line, in their order.</summary>
    /// <exception cref="ProblemException">404 product_unknown when the product has no variant of that SKU.</exception>
    public ValueTask<long[]> ResolveAsync(IReadOnlyList<ReservationRequestLine> lines, CancellationToken cancellationToken) =>
        ResolveAsync(lines, connection: null, cancellationToken);

    /// <param name="connection">The caller's own, which should not wait for a second one of the pool.</param>
    /// <exception cref="ProblemException">404 product_unknown when the product has no variant of that SKU.</exception>
    public async ValueTask<long[]> ResolveAsync(
        IReadOnlyList<ReservationRequestLine> lines, NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        var variants = new long[lines.Count];
        for (var i = 0; i < variants.Length; i++)
        {
            var (productId, sku) = (lines[i].ProductId, lines[i].Sku);
            variants[i] = sku is null ? productId : await FindAsync(productId, sku, connection, cancellationToken);
        }
        return variants;
    }

    private async ValueTask<long> FindAsync(long productId, string sku, NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(sku, out var found)) found = await LearnAsync(sku, connection, cancellationToken);
        return found.ProductId == productId ? found.VariantId : throw ProductProblems.Unknown(productId, sku);
    }

    private async Task<(long VariantId, long ProductId)> LearnAsync(
        string sku, NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        await using var command = connection is null ? database.CreateCommand(Find) : new NpgsqlCommand(Find, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = sku });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return default;
        if (_known.Count >= MaxKnown) _known.Clear();
        return _known[sku] = (reader.GetInt64(0), reader.GetInt64(1));
    }
}
