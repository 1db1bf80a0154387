using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>Values of environment variables and arguments as they stand in a manifest.</summary>
internal static class ManifestValue
{
    /// <summary>References become expressions; in plain text a brace is doubled, because single ones begin an expression.</summary>
    public static string Of(object value) => value switch
    {
        IManifestExpressionProvider provider => provider.ValueExpression,
        string text => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>The parameters that the value needs, however deep.</summary>
    public static IEnumerable<ParameterResource> Parameters(object value) => value switch
    {
        ParameterResource parameter => [parameter],
        ReferenceExpression expression => expression.ValueProviders.SelectMany(Parameters),
        _ => [],
    };
}
