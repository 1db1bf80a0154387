using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Shop.Catalog.Reviews;

public enum ReviewSort
{
    Newest,
    Helpful,
}

/// <summary>Where a page of reviews ended: the id, and the votes or reports it was sorted by. Opaque to callers.</summary>
public sealed record ReviewCursor(long Id, int Count)
{
    /// <summary>Before the first of all.</summary>
    public static ReviewCursor Start { get; } = new(long.MaxValue, int.MaxValue);

    public string Encode() => string.Create(CultureInfo.InvariantCulture, $"{Id}.{Count}");

    public static bool TryDecode(string? text, [NotNullWhen(true)] out ReviewCursor? cursor)
    {
        cursor = Start;
        if (string.IsNullOrEmpty(text)) return true;
        cursor = null;
        var parts = text.Split('.');
        if (parts.Length != 2 || !Number(parts[0], out var id) || !Number(parts[1], out var count) || count > int.MaxValue) return false;
        cursor = new ReviewCursor(id, (int)count);
        return true;
    }

    private static bool Number(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
