using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>Fills the server spans of ASP.NET Core, which leave the host bare, with the HTTP semantic conventions.</summary>
internal sealed class RequestListener(AspNetCoreTraceInstrumentationOptions options, bool showQuery)
    : IObserver<KeyValuePair<string, object?>>
{
    public const string SourceName = "Microsoft.AspNetCore";

    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";
    private const string Start = Request + ".Start";
    private const string Stop = Request + ".Stop";
    private const string Unhandled = "Microsoft.AspNetCore.Hosting.UnhandledException";
    private const string DiagnosticsUnhandled = "Microsoft.AspNetCore.Diagnostics.UnhandledException";

    public static bool IsEnabled(string name) => name is Request or Start or Stop or Unhandled or DiagnosticsUnhandled;

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (Activity.Current is not { IsAllDataRequested: true } current)
            return;
        switch (value.Key)
        {
            case Start when value.Value is HttpContext context && current.Source.Name == SourceName:
                OnStart(current, context);
                break;
            case Stop when value.Value is HttpContext context && current.Source.Name == SourceName:
                RequestTags.SetResponse(current, context);
                break;
            case Unhandled or DiagnosticsUnhandled when ExceptionOf(value.Value) is { } exception:
                RequestTags.SetException(ServerSpan(current), exception);
                break;
        }
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    private void OnStart(Activity activity, HttpContext context)
    {
        if (!Passes(context))
        {
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }
        RequestTags.SetRequest(activity, context.Request, showQuery);
    }

    private bool Passes(HttpContext context)
    {
        try
        {
            return options.Filter?.Invoke(context) ?? true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>An exception may surface while a span of the application is current; the request's is above it.</summary>
    private static Activity ServerSpan(Activity current)
    {
        for (var activity = current; activity is not null; activity = activity.Parent)
            if (activity.Source.Name == SourceName)
                return activity;
        return current;
    }

    /// <summary>The payload is an anonymous type of the framework, { httpContext, timestamp, exception }.</summary>
    private static Exception? ExceptionOf(object? payload) =>
        payload?.GetType().GetProperty("exception")?.GetValue(payload) as Exception;
}
