namespace Shop.Web.Storefront;

/// <summary>What browsers may do with our answers.</summary>
public static class SecurityHeaders
{
    private const string Pages =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // Swagger UI styles its page from script.
    private const string ApiPage = Pages + "; style-src 'self' 'unsafe-inline'";

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
            if (headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? ApiPage : Pages;
            return Task.CompletedTask;
        });
        return next(context);
    }
}
