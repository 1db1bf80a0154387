using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <param name="Slug">Lower-case letters, digits and hyphens; made of the name when absent, unless that is Chinese only. Never changes.</param>
/// <param name="NameZh">The English name when absent.</param>
public sealed record BrandInput(string? Name, string? NameZh = null, string? Slug = null);

public sealed record BrandItem(string Slug, string Name, string NameZh);

/// <summary>Brands, made and renamed by administrators.</summary>
public sealed class BrandEditing(NpgsqlDataSource database, SharedNames names)
{
    public const int MaxNameLength = 100;

    private const string Insert = "INSERT INTO brands (slug, name, name_zh) VALUES ($1, $2, $3)";

    // So strong a lock that no product of the brand is added or moved to it meanwhile.
    private const string Lock = "SELECT to_jsonb(b)::text FROM brands b WHERE slug = $1 FOR UPDATE";

    private const string Update = "UPDATE brands SET name = $2, name_zh = $3 WHERE slug = $1";

    /// <exception cref="ProblemException">400 naming the fields; 409 brand_taken.</exception>
    public async Task<BrandItem> CreateAsync(BrandInput input, Editor editor, CancellationToken cancellationToken)
    {
        var brand = Checked(input, input.Slug ?? Slugs.Of(input.Name));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(Insert, brand.Slug, brand.Name, brand.NameZh);
        batch.AddAudit(editor.Id, "brand.created", "brand:" + brand.Slug, before: null, Json(brand));
        await ReferenceProblems.TranslatedAsync(() => batch.ExecuteNonQueryAsync(cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return brand;
    }

    /// <exception cref="ProblemException">400 naming the fields; 404 brand_unknown.</exception>
    public async Task<BrandItem> ChangeAsync(string slug, BrandInput input, Editor editor, CancellationToken cancellationToken)
    {
        if (input.Slug is not null && input.Slug != slug) throw Problem.Validation("slug", "never changes");
        var brand = Checked(input, slug);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var find = new NpgsqlCommand(Lock, connection, transaction);
        find.Parameters.Add(new NpgsqlParameter { Value = slug });
        if (await find.ExecuteScalarAsync(cancellationToken) is not string before)
            throw Problem.NotFound("brand_unknown", "There is no such brand.");
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(Update, slug, brand.Name, brand.NameZh);
        batch.AddAudit(editor.Id, "brand.changed", "brand:" + slug, before, Json(brand));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await names.CommitBrandAsync(transaction, slug, cancellationToken);
        return brand;
    }

    private static BrandItem Checked(BrandInput input, string slug)
    {
        var check = new Validator().Check(ProductRules.IsSlug(slug), "slug", Slugs.Rule);
        ProductRules.CheckLine(check, "name", input.Name, MaxNameLength, required: true);
        ProductRules.CheckLine(check, "nameZh", input.NameZh, MaxNameLength);
        check.ThrowIfInvalid();
        var name = input.Name!.Trim();
        return new BrandItem(slug, name, ProductRules.Clean(input.NameZh) ?? name);
    }

    // With the names of the columns, as the row before comes from the table.
    private static string Json(BrandItem brand) => new System.Text.Json.Nodes.JsonObject
    {
        ["slug"] = brand.Slug, ["name"] = brand.Name, ["name_zh"] = brand.NameZh,
    }.ToJsonString();
}

public static class BrandEditingEndpoints
{
    public static void MapBrandEditing(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/brands").WithTags("Administration").RequireAuthorization(ShopClaims.Admin);
        group.MapPost("/", CreateAsync).WithName("CreateBrand").WithSummary("Add a brand")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPut("/{slug}", ChangeAsync).WithName("ChangeBrand").WithSummary("Rename a brand")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Created<BrandItem>> CreateAsync(
        BrandInput input, Editor editor, BrandEditing brands, CancellationToken cancellationToken)
    {
        var brand = await brands.CreateAsync(input, editor, cancellationToken);
        return TypedResults.Created($"/api/brands/{brand.Slug}", brand);
    }

    private static async Task<Ok<BrandItem>> ChangeAsync(
        string slug, BrandInput input, Editor editor, BrandEditing brands, CancellationToken cancellationToken) =>
        TypedResults.Ok(await brands.ChangeAsync(slug, input, editor, cancellationToken));
}
