using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known at run time, such as a port or a password.</summary>
internal interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>A value that the deployment manifest names by an expression in braces.</summary>
internal interface IManifestExpressionProvider
{
    string ValueExpression { get; }
}

/// <summary>
/// A text with holes for values that are known later. Written as an interpolated string:
/// <c>ReferenceExpression.Create($"Host={endpoint};Password={password}")</c>.
/// </summary>
internal sealed class ReferenceExpression : IValueProvider, IManifestExpressionProvider
{
    private ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string?> stringFormats) =>
        (Format, ValueProviders, StringFormats) = (format, valueProviders, stringFormats);

    /// <summary>Composite format string with one hole per provider.</summary>
    internal string Format { get; }

    internal IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>Per provider null or <c>uri</c>: escaped as data of a URI.</summary>
    internal IReadOnlyList<string?> StringFormats { get; }

    internal IReadOnlyList<string> ManifestExpressions =>
        [.. ValueProviders.Select((p, i) => Encode(((IManifestExpressionProvider)p).ValueExpression, StringFormats[i]))];

    // Literal braces stay doubled: a manifest reads single ones as an expression.
    public string ValueExpression =>
        string.Format(CultureInfo.InvariantCulture, DoubleBraces(Format), [.. ManifestExpressions]);

    internal static ReferenceExpression Create(ref ExpressionInterpolatedStringHandler handler) => handler.Build();

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await ValueProviders[i].GetValueAsync(cancellationToken);
            values[i] = StringFormats[i] == "uri" && value is not null ? Uri.EscapeDataString(value) : value;
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Makes literal braces survive one formatting, which turns {{ into {.</summary>
    private static string DoubleBraces(string format) =>
        format.Replace("{{", "{{{{", StringComparison.Ordinal).Replace("}}", "}}}}", StringComparison.Ordinal);

    /// <summary>A parameter that is used inside a URI is referred to by its escaped twin: <c>{name-uri-encoded.value}</c>.</summary>
    private static string Encode(string expression, string? format) => format == "uri" && expression.EndsWith(".value}", StringComparison.Ordinal)
        ? expression.Replace(".value}", "-uri-encoded.value}", StringComparison.Ordinal)
        : expression;

    /// <summary>Collects literals and providers; a hole that is a plain string becomes a literal.</summary>
    [InterpolatedStringHandler]
    internal struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _format = new(literalLength * 2);
        private readonly List<IValueProvider> _providers = new(formattedCount);
        private readonly List<string?> _formats = new(formattedCount);

        internal readonly void AppendLiteral(string value) =>
            _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

        internal readonly void AppendFormatted(string? value) => AppendLiteral(value ?? "");

        internal readonly void AppendFormatted<T>(T valueProvider, string? format = null) where T : IValueProvider, IManifestExpressionProvider
        {
            if (valueProvider is ReferenceExpression inner && format is null)
            {
                Append(inner);
                return;
            }

            _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
            _providers.Add(valueProvider);
            _formats.Add(format);
        }

        internal readonly ReferenceExpression Build() => new(_format.ToString(), [.. _providers], [.. _formats]);

        private readonly void Append(ReferenceExpression inner)
        {
            var holes = Enumerable.Range(_providers.Count, inner.ValueProviders.Count).Select(i => (object)$"{{{i}}}").ToArray();
            _format.Append(string.Format(CultureInfo.InvariantCulture, DoubleBraces(inner.Format), holes));
            _providers.AddRange(inner.ValueProviders);
            _formats.AddRange(inner.StringFormats);
        }
    }
}

/// <summary>The connection string of a resource as a value.</summary>
internal sealed class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IValueProvider, IManifestExpressionProvider
{
    internal IResourceWithConnectionString Resource => resource;

    public string ValueExpression => $"{{{resource.Name}.connectionString}}";

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var value = await resource.GetConnectionStringAsync(cancellationToken);
        return value is not null || optional ? value
            : throw new DistributedApplicationException($"The connection string of '{resource.Name}' is not available.");
    }
}
