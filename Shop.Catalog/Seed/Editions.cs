namespace Shop.Catalog.Seed;

/// <summary>A name in both languages.</summary>
public sealed record Named(string En, string Zh);

/// <param name="Factor">On the price of the plainest edition.</param>
public sealed record Edition(Named Name, decimal Factor);

/// <summary>The five editions in which a product type is sold, by group of categories.</summary>
public static class Editions
{
    public const int PerType = 5;

    private static readonly Dictionary<string, Edition[]> ByGroup = new()
    {
        ["tech"] =
        [
            E("Lite", "轻享版", 1.0m), E("Classic", "经典版", 1.25m), E("Plus", "升级版", 1.5m), E("Pro", "专业版", 2.0m),
            E("Max", "旗舰版", 2.6m),
        ],
        ["home"] =
        [
            E("Compact", "小号", 1.0m), E("Classic", "经典款", 1.2m), E("Family", "家庭装", 1.6m),
            E("Deluxe", "豪华款", 1.9m), E("Studio", "设计师款", 2.4m),
        ],
        ["wear"] =
        [
            E("Black", "黑色", 1.0m), E("Navy", "藏青色", 1.0m), E("Sand", "沙色", 1.05m), E("Olive", "橄榄绿", 1.05m),
            E("Burgundy", "酒红色", 1.1m),
        ],
        ["care"] =
        [
            E("Travel Size", "旅行装", 0.5m), E("Classic", "经典装", 1.0m), E("Sensitive", "敏感肌适用", 1.2m),
            E("Refill Pack", "补充装", 0.9m), E("Gift Set", "礼盒装", 2.2m),
        ],
        ["food"] =
        [
            E("Tasting Pack", "尝鲜装", 0.6m), E("Classic", "经典装", 1.0m), E("Large Pack", "大份装", 1.8m),
            E("Family Pack", "家庭装", 2.5m), E("Gift Box", "礼盒装", 3.2m),
        ],
        ["book"] =
        [
            E("Paperback", "平装", 1.0m), E("Hardcover", "精装", 1.6m), E("Pocket Edition", "口袋本", 0.8m),
            E("Illustrated Edition", "插图本", 2.1m), E("Collector's Edition", "珍藏版", 3.4m),
        ],
    };

    public static Edition Of(string group, int number) => ByGroup[group][number];

    private static readonly string[] Clothes = ["M", "S", "L", "XL"];
    private static readonly string[] Shoes = ["39", "37", "38", "40", "41", "42"];

    /// <summary>The sizes in which a category's products come, the default one first.</summary>
    public static IReadOnlyList<string> SizesOf(string category) => category switch
    {
        "women" or "men" => Clothes,
        "shoes" => Shoes,
        _ => [],
    };

    private static Edition E(string en, string zh, decimal factor) => new(new Named(en, zh), factor);
}

/// <summary>Makers that do not exist.</summary>
public static class Brands
{
    private static readonly Named[] All =
    [
        new("Aurora", "极光"), new("Nordwind", "北风"), new("Lumen", "流明"), new("Kestrel", "红隼"), new("Willow", "柳岸"),
        new("Summit", "峰岳"), new("Harbor", "海港"), new("Ember", "余烬"), new("Meridian", "子午"), new("Juniper", "杜松"),
        new("Tidewater", "潮汐"), new("Larkspur", "飞燕"),
    ];

    public static IReadOnlyList<Named> Named => All;

    public static Named At(int number) => All[number % All.Length];
}
