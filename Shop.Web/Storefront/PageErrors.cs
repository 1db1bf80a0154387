using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Problems;
using Shop.Web.Pages;
using Shop.Web.Services;

namespace Shop.Web.Storefront;

/// <summary>A person gets a page where a program gets a problem document.</summary>
public sealed partial class PageErrors(RequestDelegate next, ILogger<PageErrors> log)
{
    private const int RetryAfterSeconds = 3;
    private static readonly PathString[] NotPages = ["/api", "/openapi", "/.well-known", "/alive", "/health"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (NotPages.Any(path => context.Request.Path.StartsWithSegments(path)))
        {
            await next(context);
            return;
        }
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
                await RenderAsync(context, context.Response.StatusCode);
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var status = StatusOf(exception);
            if (status >= 500) Log(log, status == 503 ? LogLevel.Warning : LogLevel.Error, exception, context.Request.Path);
            await RenderAsync(context, status);
        }
    }

    internal static int StatusOf(Exception exception) => exception switch
    {
        ServiceAwayException => StatusCodes.Status503ServiceUnavailable,
        ApiException refusal => (int)refusal.Status,
        ProblemException problem => problem.Status,
        BadHttpRequestException bad => bad.StatusCode,
        AntiforgeryValidationException => StatusCodes.Status400BadRequest,
        _ when DatabaseErrors.IsAway(exception) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    // In a scope of its own: the services of a page that failed half-way are used up.
    private static async Task RenderAsync(HttpContext context, int status)
    {
        context.Response.Clear();
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var scope = context.RequestServices.CreateAsyncScope();
        var used = context.RequestServices;
        context.RequestServices = scope.ServiceProvider;
        try
        {
            await new RazorComponentResult<ErrorPage>(new { Status = status }) { StatusCode = status }.ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = used;
        }
    }

    [LoggerMessage(EventId = 2030, Message = "Page {Path} could not be made")]
    private static partial void Log(ILogger log, LogLevel level, Exception exception, PathString path);
}
