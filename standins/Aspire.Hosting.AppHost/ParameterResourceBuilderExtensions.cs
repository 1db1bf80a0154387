using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds parameters.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter that configuration must give: <c>Parameters:name</c>, or the variable <c>Parameters__name</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the parameter; a variable may write _ for -.</param>
    /// <param name="secret">Whether the dashboard masks the value.</param>
    internal static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(CreateParameter(builder, name, secret));
    }

    /// <summary>Adds a parameter with a default. A generated one is kept in the AppHost's user secrets.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the parameter; a variable may write _ for -.</param>
    /// <param name="value">The default.</param>
    /// <param name="secret">Whether the dashboard masks the value.</param>
    /// <param name="persist">Whether the default is kept in user secrets, so that the next run has the same value.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(CreateParameter(builder, name, secret, value, persist));
    }

    /// <summary>The password of a server: 22 characters, generated once, kept in user secrets.</summary>
    internal static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool special = true) =>
        CreateParameter(builder, name, secret: true, new GenerateParameterDefault { MinLength = 22, Special = special }, persist: true);

    internal static ParameterResource CreateParameter(
        IDistributedApplicationBuilder builder, string name, bool secret, ParameterDefault? value = null, bool persist = false) =>
        new(name, fallback => Resolve(builder, name, fallback, persist), secret) { Default = value };

    private static string Resolve(IDistributedApplicationBuilder builder, string name, ParameterDefault? fallback, bool persist)
    {
        if (AppHostConfiguration.Parameter(builder.Configuration, name) is { } configured) return configured;
        if (fallback is null)
            throw new MissingParameterValueException(
                $"Parameter '{name}' has no value: set the environment variable Parameters__{name.Replace('-', '_')}.");
        if (!persist || builder.Options.Testing || UserSecrets.Of(builder) is not { } secrets) return fallback.GetDefaultValue();
        return secrets.GetOrAdd($"Parameters:{name}", fallback.GetDefaultValue);
    }
}
