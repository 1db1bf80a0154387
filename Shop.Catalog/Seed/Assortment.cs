using System.Globalization;
using System.Text;
using Shop.Catalog.Products;

namespace Shop.Catalog.Seed;

/// <param name="Parent">Slug of its department; null for a department.</param>
public sealed record SeedCategory(string Slug, string Name, string NameZh, int Position, string? Parent);

/// <param name="Price">Minor units.</param>
/// <param name="Brand">Slug.</param>
/// <param name="Stock">Of the default variant.</param>
/// <param name="Trait">Name and value of what the edition stands for: a colour, a size of pack.</param>
/// <param name="Sizes">Each a variant, the default one first; empty when there is nothing to choose.</param>
public sealed record SeedProduct(
    string Name, string NameZh, string Description, string DescriptionZh, string Category, string Brand, long Price, int Stock,
    (string Name, string Value) Trait, IReadOnlyList<string> Sizes);

/// <summary>
/// The assortment that a fresh shop starts with: the product types of <c>assortment.txt</c>, each in five editions of one
/// brand, clothes and shoes in sizes. The same at every run.
/// </summary>
public sealed class Assortment
{
    private const string Resource = "assortment.txt";

    private Assortment(IReadOnlyList<SeedCategory> categories, IReadOnlyList<SeedProduct> products)
    {
        Categories = categories;
        Products = products;
    }

    public IReadOnlyList<SeedCategory> Categories { get; }
    public IReadOnlyList<SeedProduct> Products { get; }

    public static Assortment Load()
    {
        using var stream = typeof(Assortment).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd();
        var sections = Sections(text);
        return new Assortment(Tree(Departments(text), sections), Spread(sections));
    }

    // Departments first, as categories refer to them.
    private static List<SeedCategory> Tree(List<Department> departments, List<Section> sections)
    {
        var parents = departments.SelectMany(d => d.Categories.Select(c => (Category: c, d.Slug))).ToDictionary(p => p.Category, p => p.Slug);
        var above = departments.Select((d, position) => new SeedCategory(d.Slug, d.Name, d.NameZh, position, null));
        var below = sections.Select((s, position) => new SeedCategory(s.Slug, s.Name, s.NameZh, position, parents[s.Slug]));
        return [.. above, .. below];
    }

    // Type by type through all categories, so that the newest products are a mixture.
    private static List<SeedProduct> Spread(IReadOnlyList<Section> sections)
    {
        var products = new List<SeedProduct>();
        for (var type = 0; type < sections.Max(section => section.Types.Count); type++)
            for (var edition = 0; edition < Editions.PerType; edition++)
                foreach (var (place, section) in sections.Index().Where(s => type < s.Item.Types.Count))
                    products.Add(Product(section, section.Types[type], Brands.At(place * 7 + type), edition, products.Count));
        return products;
    }

    private static SeedProduct Product(Section section, ProductType type, Named brand, int edition, int number)
    {
        var variant = Editions.Of(section.Group, edition);
        var branded = section.Group != "book";
        var name = branded ? $"{brand.En} {type.Name}, {variant.Name.En}" : $"{type.Name}, {variant.Name.En}";
        var nameZh = branded ? $"{brand.Zh}{type.NameZh} {variant.Name.Zh}" : $"《{type.NameZh}》{variant.Name.Zh}";
        var maker = branded ? $"{type.Name} by {brand.En}" : $"“{type.Name}” from {brand.En} Press";
        var makerZh = branded ? $"{brand.Zh}出品的{type.NameZh}" : $"{brand.Zh}出版社《{type.NameZh}》";
        return new SeedProduct(
            name, nameZh, $"{maker}. {section.Sentence} This is the edition “{variant.Name.En}”.",
            $"{makerZh}。{section.SentenceZh}本款为{variant.Name.Zh}。", section.Slug, Slug.Of(brand.En),
            Price(type.Price * variant.Factor), Stock(number),
            (section.Group == "wear" ? "colour" : "edition", variant.Name.En), Editions.SizesOf(section.Slug));
    }

    // Prices of shops: cheap ones end in .90, dearer ones in 9 yuan.
    private static long Price(decimal yuan) =>
        yuan < 100 ? (long)Math.Max(1, Math.Floor(yuan)) * 100 - 10 : (long)(Math.Ceiling(yuan / 10) * 10 - 1) * 100;

    // One product in forty is nearly sold out or sold out.
    private static int Stock(int number) => number % 40 == 17 ? number / 40 % 6 : 20 + (int)((uint)number * 2654435761 % 481);

    private static List<Section> Sections(string text)
    {
        var sections = new List<Section>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is '#' or '+') continue;
            var fields = line.Split(" | ");
            if (line.StartsWith('@'))
                sections.Add(new Section(fields[0][1..], fields[1], fields[2], fields[3], fields[4], fields[5], []));
            else
                sections[^1].Types.Add(
                    new ProductType(fields[0], fields[1], decimal.Parse(fields[2], CultureInfo.InvariantCulture)));
        }
        return sections;
    }

    private static List<Department> Departments(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith('+')).Select(line => line.Split(" | "))
            .Select(fields => new Department(fields[0][1..], fields[1], fields[2], fields[3].Split(' ')))];

    private sealed record Department(string Slug, string Name, string NameZh, string[] Categories);

    private sealed record Section(
        string Slug, string Group, string Name, string NameZh, string Sentence, string SentenceZh, List<ProductType> Types);

    private sealed record ProductType(string Name, string NameZh, decimal Price);
}
