using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value from outside: configuration <c>Parameters:name</c>, a default, or generated once and kept.</summary>
public class ParameterResource : Resource, IValueProvider, IManifestExpressionProvider
{
    private readonly Lazy<string> _value;

    internal ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
    {
        Secret = secret;
        _value = new(() => callback(Default));
    }

    internal bool Secret { get; }

    internal ParameterDefault? Default { get; set; }

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.value}}";

    /// <exception cref="MissingParameterValueException">Nothing gives it a value.</exception>
    internal string Value => _value.Value;

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => new(Value);
}

/// <summary>What a parameter is when configuration does not say.</summary>
public abstract class ParameterDefault
{
    private protected ParameterDefault()
    {
    }

    internal abstract string GetDefaultValue();
}

/// <summary>A password made from random characters.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerCharacters = "abcdefghjkmnpqrstuvwxyz"; // no i, l, o
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ"; // no I, L, O
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>Length of the value.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether <c>-_.{}~()*+!</c> may occur; true by default.</summary>
    public bool Special { get; set; } = true;

    internal bool Lower { get; set; } = true;

    internal bool Upper { get; set; } = true;

    internal bool Numeric { get; set; } = true;

    internal override string GetDefaultValue()
    {
        var alphabet = (Lower ? LowerCharacters : "") + (Upper ? UpperCharacters : "")
            + (Numeric ? NumericCharacters : "") + (Special ? SpecialCharacters : "");
        return RandomNumberGenerator.GetString(alphabet, Math.Max(MinLength, 1));
    }
}

internal sealed class ConstantParameterDefault(Func<string> value) : ParameterDefault
{
    internal override string GetDefaultValue() => value();
}
