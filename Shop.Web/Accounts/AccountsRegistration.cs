using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;

namespace Shop.Web.Accounts;

/// <summary>ASP.NET Core Identity over PostgreSQL: cookies for pages, bearer tokens for the API.</summary>
public static class AccountsRegistration
{
    private const string EitherScheme = "shop";

    public static void AddAccounts(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase("webdb");
        builder.AddShopAuthentication();
        builder.AddAccountLimits();
        builder.Services.AddSingleton<IDatabaseSeed, AccountSeed>();
        builder.Services.AddSingleton<SigningKey>().AddSingleton<TokenIssuer>().AddSingleton<CustomerTokens>().AddSingleton<RefreshTokens>();
        builder.Services.AddSingleton<DecoyPassword>().AddSingleton<IPasswordHasher<Account>, PasswordHasher<Account>>();
        builder.Services.AddScoped<AccountService>().AddScoped<Sessions>();
        AddIdentity(builder.Services);
        AddSchemes(builder.Services);
        AddDataProtection(builder.Services);
    }

    private static void AddIdentity(IServiceCollection services) => services
        .AddIdentityCore<Account>(options =>
        {
            options.User.RequireUniqueEmail = true;
            options.User.AllowedUserNameCharacters = "";
            options.Lockout.MaxFailedAccessAttempts = 5;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            options.ClaimsIdentity.UserIdClaimType = AccountClaims.Id;
            options.ClaimsIdentity.UserNameClaimType = "name";
            options.ClaimsIdentity.EmailClaimType = AccountClaims.Email;
            options.ClaimsIdentity.RoleClaimType = AccountClaims.Role;
        })
        .AddUserManager<AspNetUserManager<Account>>()
        .AddUserStore<AccountStore>()
        .AddClaimsPrincipalFactory<AccountClaimsFactory>()
        .AddSignInManager();

    private static void AddSchemes(IServiceCollection services)
    {
        services.AddAuthentication(options =>
        {
            options.DefaultScheme = EitherScheme;
            options.DefaultAuthenticateScheme = EitherScheme;
            options.DefaultChallengeScheme = EitherScheme;
        })
        .AddPolicyScheme(EitherScheme, null, options => options.ForwardDefaultSelector = SchemeFor)
        .AddCookie(IdentityConstants.ApplicationScheme, ConfigureCookie);
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<SigningKey>((options, key) => options.ConfigurationManager = new OwnKeys(key));
    }

    // The accounts API is the only one that Web answers itself. A login cookie is enough to read it, never to change anything.
    private static string SchemeFor(HttpContext context)
    {
        var own = context.Request.Path.StartsWithSegments("/api/users");
        var readsByCookie = HttpMethods.IsGet(context.Request.Method) && !context.Request.Headers.ContainsKey("Authorization");
        return own && !readsByCookie ? JwtBearerDefaults.AuthenticationScheme : IdentityConstants.ApplicationScheme;
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "shop_login";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.SlidingExpiration = true;
        options.LoginPath = "/login";
        options.AccessDeniedPath = "/login";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnValidatePrincipal = SecurityStampValidator.ValidatePrincipalAsync;
        options.Events.OnRedirectToLogin = RedirectPagesOnly;
    }

    private static Task RedirectPagesOnly(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.Path.StartsWithSegments("/api")) context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    private static void AddDataProtection(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("shop");
        // The framework's eager load would come before the migrations have made the table; the first request loads as well.
        // Everything that needs data protection registers it again, so this comes last.
        var eager = services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToList();
        eager.ForEach(service => services.Remove(service));
        services.AddOptions<KeyManagementOptions>()
            .Configure<NpgsqlDataSource>((options, database) => options.XmlRepository = new DataProtectionKeyStore(database));
    }
}
