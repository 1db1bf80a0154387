using System.Text.Json.Nodes;
using Npgsql;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>The whole of a category: when one is changed, what is left out is gone.</summary>
/// <param name="Slug">Lower-case letters, digits and hyphens; made of the name when absent, unless that is Chinese only. Never changes.</param>
/// <param name="NameZh">The English name when absent.</param>
/// <param name="Parent">Slug of the category above; null at the top.</param>
/// <param name="Position">Among the categories of the menu, smallest first.</param>
public sealed record CategoryInput(
    string? Name, string? NameZh = null, string? Slug = null, string? Parent = null, int? Position = null);

public sealed record CategoryForEditing(string Slug, string Name, string NameZh, string? Parent, int Position);

/// <summary>Categories, made, renamed and moved by administrators.</summary>
public sealed class CategoryEditing(NpgsqlDataSource database, SharedNames names)
{
    public const int MaxNameLength = 100;
    public const int MaxPosition = 1_000_000;

    /// <summary>Levels of the tree.</summary>
    public const int MaxDepth = 8;

    // A move changes the tags of all products below it.
    private const int TimeoutSeconds = 120;

    /// <exception cref="ProblemException">400 naming the fields; 409 category_taken, category_depth.</exception>
    public async Task<CategoryForEditing> CreateAsync(CategoryInput input, Editor editor, CancellationToken cancellationToken)
    {
        var category = Checked(input, input.Slug ?? Slugs.Of(input.Name));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, transaction, category, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(CategorySql.Insert, Parameters(category));
        batch.AddAudit(editor.Id, "category.created", "category:" + category.Slug, before: null, Json(category));
        await ReferenceProblems.TranslatedAsync(() => batch.ExecuteNonQueryAsync(cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return category;
    }

    /// <exception cref="ProblemException">400 naming the fields; 404 category_unknown; 409 category_cycle, category_depth.</exception>
    public async Task<CategoryForEditing> ChangeAsync(
        string slug, CategoryInput input, Editor editor, CancellationToken cancellationToken)
    {
        if (input.Slug is not null && input.Slug != slug) throw Problem.Validation("slug", "never changes");
        var category = Checked(input, slug);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (before, parent) = await LockAsync(connection, transaction, category, cancellationToken)
            ?? throw Problem.NotFound("category_unknown", "There is no such category.");
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.Add(CategorySql.Update, Parameters(category));
        if (parent != category.Parent) batch.Add(CategorySql.RefreshTags, slug);
        batch.AddAudit(editor.Id, "category.changed", "category:" + slug, before, Json(category));
        await ReferenceProblems.TranslatedAsync(() => batch.ExecuteNonQueryAsync(cancellationToken));
        await names.CommitCategoryAsync(transaction, slug, cancellationToken);
        return category;
    }

    /// <summary>Keeps everybody else from changing the tree, and checks the place in it. Null when the category is new.</summary>
    private static async Task<(string Before, string? Parent)?> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CategoryForEditing category, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(ProductSql.LockCategories);
        batch.Add(CategorySql.Place, category.Slug, SqlValue.Text(category.Parent), MaxDepth);
        batch.Add(CategorySql.Find, category.Slug);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(0)) throw Problem.Conflict("category_cycle", "A category cannot stand below itself.");
        if (reader.GetInt32(1) > MaxDepth) throw Problem.Conflict("category_depth", $"Categories have at most {MaxDepth} levels.");
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1))
            : null;
    }

    private static CategoryForEditing Checked(CategoryInput input, string slug)
    {
        var position = input.Position ?? 0;
        var check = new Validator()
            .Check(ProductRules.IsSlug(slug), "slug", Slugs.Rule)
            .Check(input.Parent is null || ProductRules.IsSlug(input.Parent), "parent", "is not a category")
            .Check(position is >= 0 and <= MaxPosition, "position", $"must be between 0 and {MaxPosition}");
        ProductRules.CheckLine(check, "name", input.Name, MaxNameLength, required: true);
        ProductRules.CheckLine(check, "nameZh", input.NameZh, MaxNameLength);
        check.ThrowIfInvalid();
        var name = input.Name!.Trim();
        return new CategoryForEditing(slug, name, ProductRules.Clean(input.NameZh) ?? name, input.Parent, position);
    }

    private static object[] Parameters(CategoryForEditing category) =>
        [category.Slug, category.Name, category.NameZh, SqlValue.Text(category.Parent), category.Position];

    // With the names of the columns, as the row before comes from the table.
    private static string Json(CategoryForEditing category) => new JsonObject
    {
        ["slug"] = category.Slug, ["name"] = category.Name, ["name_zh"] = category.NameZh, ["parent"] = category.Parent,
        ["position"] = category.Position,
    }.ToJsonString();
}

internal static class CategorySql
{
    public const string Find = "SELECT to_jsonb(c)::text, parent FROM categories c WHERE slug = $1";

    public const string Insert = "INSERT INTO categories (slug, name, name_zh, parent, position) VALUES ($1, $2, $3, $4, $5)";

    public const string Update = "UPDATE categories SET name = $2, name_zh = $3, parent = $4, position = $5 WHERE slug = $1";

    // Whether the category would stand below itself, and how deep its lowest descendant would be. No further than the depth ($3)
    // that is refused anyway, and not through the category itself: a ring that came about elsewhere ends here and can be mended.
    public const string Place =
        """
        WITH RECURSIVE above (slug, level) AS (
            SELECT $2::text, 1 WHERE $2 IS NOT NULL
            UNION ALL
            SELECT c.parent, a.level + 1 FROM above a JOIN categories c USING (slug)
            WHERE c.parent IS NOT NULL AND a.slug <> $1 AND a.level <= $3),
        below (slug, level) AS (
            SELECT $1::text, 1
            UNION ALL
            SELECT c.slug, b.level + 1 FROM below b JOIN categories c ON c.parent = b.slug
            WHERE c.slug <> $1 AND b.level <= $3)
        SELECT EXISTS (SELECT FROM above WHERE slug = $1),
               (SELECT coalesce(max(level), 0) FROM above) + (SELECT max(level) FROM below)
        """;

    public const string RefreshTags =
        """
        WITH RECURSIVE below (slug) AS (
            SELECT $1::text UNION SELECT c.slug FROM below b JOIN categories c ON c.parent = b.slug)
        UPDATE product_search s SET tags = product_tags(p.id)
        FROM products p WHERE p.id = s.product_id AND p.category IN (SELECT slug FROM below)
        """;
}
