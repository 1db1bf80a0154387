using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>Environment and arguments of one instance, with all values resolved.</summary>
internal sealed class ProcessConfiguration(IDistributedApplicationBuilder builder, IServiceProvider services)
{
    internal async Task<Dictionary<string, string>> EnvironmentAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, instance.Resource, [], cancellationToken);
        foreach (var annotation in instance.Resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await annotation.Callback(context);
        foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>())
            if (endpoint.PortVariable is { } variable)
                context.EnvironmentVariables.TryAdd(variable, endpoint.PortOf(instance.Index).ToString(CultureInfo.InvariantCulture));
        if (instance.Resource is ProjectResource) AddProjectDefaults(context.EnvironmentVariables, instance);

        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in context.EnvironmentVariables)
            if (await ResolveAsync(value, cancellationToken) is { } text) environment[name] = text;
        return environment;
    }

    internal async Task<List<string>> ArgumentsAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var list = new List<object>();
        foreach (var annotation in instance.Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await annotation.Callback(new(list, instance.Resource, cancellationToken));
        var arguments = new List<string>();
        foreach (var value in list)
            if (await ResolveAsync(value, cancellationToken) is { } text) arguments.Add(text);
        return arguments;
    }

    private void AddProjectDefaults(Dictionary<string, object> variables, ResourceInstance instance)
    {
        var urls = instance.Resource.Annotations.OfType<EndpointAnnotation>()
            .Where(e => e.UriScheme is "http" or "https").Select(e => e.UrlOf(instance.Index)).ToArray();
        if (urls.Length > 0) variables.TryAdd("ASPNETCORE_URLS", string.Join(';', urls));
        variables.TryAdd("LOGGING__CONSOLE__FORMATTERNAME", "simple");
        variables.TryAdd("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION", "true");
        if (services.GetService<IDashboard>()?.Executable is { } dashboard) AddTelemetry(variables, instance, dashboard);
    }

    private void AddTelemetry(Dictionary<string, object> variables, ResourceInstance instance, DashboardExecutable dashboard)
    {
        variables.TryAdd("OTEL_EXPORTER_OTLP_ENDPOINT", dashboard.OtlpEndpoint);
        variables.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", dashboard.OtlpProtocol);
        if (dashboard.OtlpHeaders is { } headers) variables.TryAdd("OTEL_EXPORTER_OTLP_HEADERS", headers);
        variables.TryAdd("OTEL_SERVICE_NAME", instance.Resource.Name);
        variables.TryAdd("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={instance.Suffix}");
        variables.TryAdd("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        if (!builder.Environment.IsDevelopment()) return;
        // A developer wants to see everything at once; elsewhere these cost too much.
        variables.TryAdd("OTEL_BLRP_SCHEDULE_DELAY", "1000");
        variables.TryAdd("OTEL_BSP_SCHEDULE_DELAY", "1000");
        variables.TryAdd("OTEL_METRIC_EXPORT_INTERVAL", "1000");
        variables.TryAdd("OTEL_TRACES_SAMPLER", "always_on");
        variables.TryAdd("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based");
    }

    private static async ValueTask<string?> ResolveAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
