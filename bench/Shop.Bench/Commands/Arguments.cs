using System.Globalization;

namespace Shop.Bench.Commands;

/// <summary>Options of the form <c>--name value</c>. Every name must be asked for before <see cref="RefuseOthers"/>.</summary>
public sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public Arguments(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal)) throw new UsageException($"unknown argument '{arguments[i]}'");
            if (i + 1 == arguments.Length) throw new UsageException($"{arguments[i]} needs a value");
            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    public string Text(string name, string otherwise)
    {
        _known.Add(name);
        return _values.GetValueOrDefault(name, otherwise);
    }

    /// <summary>Values with commas between.</summary>
    public string[] List(string name, string otherwise) =>
        Text(name, otherwise).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public double Number(string name, double otherwise, double min, double max)
    {
        var text = Text(name, otherwise.ToString(CultureInfo.InvariantCulture));
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--{name} {text}: must be a number from {min} to {max}"));
    }

    public int Whole(string name, int otherwise, int min, int max)
    {
        var value = Number(name, otherwise, min, max);
        return value == Math.Floor(value) ? (int)value : throw new UsageException($"--{name}: must be a whole number");
    }

    public void RefuseOthers()
    {
        if (_values.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            throw new UsageException($"unknown option --{unknown}");
    }
}
