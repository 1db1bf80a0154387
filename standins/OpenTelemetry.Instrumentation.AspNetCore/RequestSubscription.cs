using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>Attaches a <see cref="RequestListener"/> to the diagnostics of every web host of the process, until disposed.</summary>
internal sealed class RequestSubscription : IObserver<DiagnosticListener>, IDisposable
{
    private const string ShowQueryKey = "OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION";

    private readonly RequestListener _listener;
    private readonly IDisposable _hosts;
    private readonly List<IDisposable> _subscriptions = [];

    public RequestSubscription(AspNetCoreTraceInstrumentationOptions options, IConfiguration? configuration)
    {
        var showQuery = bool.TryParse(configuration?[ShowQueryKey], out var value) && value;
        _listener = new RequestListener(options, showQuery);
        _hosts = DiagnosticListener.AllListeners.Subscribe(this);
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name != RequestListener.SourceName)
            return;
        lock (_subscriptions)
            _subscriptions.Add(value.Subscribe(_listener, RequestListener.IsEnabled));
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    public void Dispose()
    {
        _hosts.Dispose();
        lock (_subscriptions)
        {
            _subscriptions.ForEach(subscription => subscription.Dispose());
            _subscriptions.Clear();
        }
    }
}
