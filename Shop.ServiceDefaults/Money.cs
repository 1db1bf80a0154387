namespace Shop.ServiceDefaults;

/// <summary>Money as integer minor units (fen, cents); major units exist only in public JSON.</summary>
public static class Money
{
    /// <summary>The largest amount that is accepted, in major units.</summary>
    public const decimal MaxMajor = 1_000_000_000_000m;

    /// <summary>Currency of the shop when nothing else is said.</summary>
    public const string DefaultCurrency = "CNY";

    /// <summary>Converts major to minor units; false when negative, above <see cref="MaxMajor"/> or with more than two decimals.</summary>
    public static bool TryToMinor(decimal major, out long minor)
    {
        minor = 0;
        if (major is < 0 or > MaxMajor)
            return false;
        var scaled = major * 100;
        if (scaled != decimal.Truncate(scaled))
            return false;
        minor = (long)scaled;
        return true;
    }

    /// <summary>Minor units as a number with two decimals.</summary>
    public static decimal ToMajor(long minor) => minor / 100m;
}
