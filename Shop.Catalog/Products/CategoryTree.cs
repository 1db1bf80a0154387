namespace Shop.Catalog.Products;

/// <param name="Parent">Slug of the category above; null for a department.</param>
/// <param name="Count">Products on sale in the category itself.</param>
public sealed record Category(string Slug, string Name, string NameZh, string? Parent, int Count)
{
    public string NameIn(string language) => language == Language.Chinese ? NameZh : Name;
}

/// <summary>All categories in the order of the shop's menu.</summary>
public sealed class CategoryTree
{
    private readonly Dictionary<string, Category> _bySlug;
    private readonly ILookup<string?, Category> _children;

    public CategoryTree(IReadOnlyList<Category> categories)
    {
        All = categories;
        _bySlug = categories.ToDictionary(category => category.Slug, StringComparer.Ordinal);
        _children = categories.ToLookup(category => category.Parent, StringComparer.Ordinal);
    }

    public IReadOnlyList<Category> All { get; }

    public Category? Find(string slug) => _bySlug.GetValueOrDefault(slug);

    /// <param name="slug">Null for the departments.</param>
    public IEnumerable<Category> Children(string? slug) => _children[slug];

    /// <summary>The category and all below it; each once, should somebody have made a ring of them.</summary>
    public IReadOnlyList<Category> Subtree(string slug)
    {
        var subtree = new List<Category>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { slug };
        if (Find(slug) is { } top) subtree.Add(top);
        for (var next = 0; next < subtree.Count; next++)
            subtree.AddRange(Children(subtree[next].Slug).Where(child => seen.Add(child.Slug)));
        return subtree;
    }

    /// <summary>Products on sale in the category and below it.</summary>
    public int CountOf(string slug) => Subtree(slug).Sum(category => category.Count);
}
