using Microsoft.AspNetCore.Http;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>What the server spans hold.</summary>
public class AspNetCoreTraceInstrumentationOptions
{
    /// <summary>Decides at the start of a request whether it is traced; null traces all. A request for which it throws is not traced.</summary>
    public Func<HttpContext, bool>? Filter { get; set; }
}
